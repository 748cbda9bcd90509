#include "interrupt.hpp"

#include <csignal>

#include <signal.h>

namespace xtgrad::examples {

namespace {

volatile std::sig_atomic_t flag = 0;

extern "C" void set_flag(int /*signal*/) { flag = 1; }

} // namespace

void watch_for_interrupts() {
    struct sigaction action {};
    action.sa_handler = set_flag;
    // The handler serves once; system calls go on.
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept { return flag != 0; }

} // namespace xtgrad::examples
