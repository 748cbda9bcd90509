#include <doctest/doctest.h>

#include <sstream>
#include <stdexcept>
#include <string>

#include <xtgrad/array/progress.hpp>

using namespace xtgrad;

namespace {

struct Terminal {
    std::ostringstream stream;
    double             seconds     = 100;
    bool               is_terminal = true;

    ProgressOutput output() {
        return {&stream, is_terminal, [this] { return seconds; }};
    }
    // What has been written since the last call.
    std::string take() {
        std::string text = stream.str();
        stream.str("");
        return text;
    }
};

} // namespace

TEST_CASE("A progress bar counts samples, shows rate and remaining time, and ends with what was done") {
    Terminal    terminal;
    ProgressBar bar(60000, "epoch 3", terminal.output());
    CHECK(terminal.take() == "\r\033[Kepoch 3 [........................]   0%  0/60000");

    terminal.seconds += 2;
    bar.advance(25200);
    CHECK(terminal.take() == "\r\033[Kepoch 3 [##########..............]  42%  25200/60000  12.6k/s  0:03 left");

    terminal.seconds += 2.75;
    bar.advance(34799);
    CHECK(terminal.take() == "\r\033[Kepoch 3 [#######################.]  99%  59999/60000  12.6k/s  0:01 left");

    terminal.seconds += 0.01;
    bar.advance();
    CHECK_MESSAGE(terminal.take().empty(), "a bar is drawn ten times a second at most");
    bar.finish();
    CHECK(terminal.take() == "\r\033[Kepoch 3: 60000 samples in 4.8 s, 12.6k/s\n");
    bar.finish();
    CHECK(terminal.take().empty());
    CHECK(bar.done() == 60000);
}

TEST_CASE("A progress bar that stops early says where and why") {
    Terminal terminal;
    {
        ProgressBar bar(100, "", terminal.output());
        terminal.seconds += 2;
        bar.advance(5);
        CHECK(terminal.take() == "\r\033[K[........................]   0%  0/100\r\033[K[#.......................]   5%  5/100  2.5/s  0:38 left");
        bar.finish("interrupted");
    }
    CHECK(terminal.take() == "\r\033[Kstopped early, after 5 of 100 samples in 2.0 s: interrupted\n");

    const auto fail = [&] {
        ProgressBar bar(100, "epoch 1", terminal.output());
        terminal.take();
        throw std::runtime_error("disk full");
    };
    CHECK_THROWS(fail());
    CHECK(terminal.take() == "\r\033[Kepoch 1: stopped early, after 0 of 100 samples in 0.0 s: left before the end\n");
}

TEST_CASE("A progress bar shows hours, millions, an empty task and more samples than announced as they are") {
    Terminal    terminal;
    ProgressBar slow(1000, "", terminal.output());
    terminal.take();
    terminal.seconds += 10;
    slow.advance();
    CHECK(terminal.take() == "\r\033[K[........................]   0%  1/1000  0.1/s  2:46:30 left");

    ProgressBar fast(1000, "", terminal.output());
    terminal.take();
    terminal.seconds += 1;
    fast.advance(2000000);
    CHECK(terminal.take() == "\r\033[K[########################] 100%  2000000/1000  2.0M/s");
    fast.finish();
    CHECK(terminal.take() == "\r\033[K2000000 samples in 1.0 s, 2.0M/s\n");

    ProgressBar empty(0, "", terminal.output());
    empty.finish();
    CHECK(terminal.take() == "\r\033[K[########################] 100%  0/0\r\033[K0 samples in 0.0 s\n");
}

TEST_CASE("A progress bar writes nothing where there is no terminal") {
    Terminal terminal;
    terminal.is_terminal = false;
    {
        ProgressBar bar(10, "epoch 1", terminal.output());
        terminal.seconds += 5;
        bar.advance(4);
        bar.finish("interrupted");
        CHECK(bar.done() == 4);
    }
    CHECK(terminal.take().empty());
}
