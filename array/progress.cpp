#include <xtgrad/array/progress.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace xtgrad {

namespace {

// With title, counts and times a line stays within 80 columns.
constexpr std::size_t bar_width = 24;
// Ten pictures a second look smooth, and cost nothing beside the work.
constexpr double seconds_between_draws = 0.1;
// Back to the first column, and clear what stood there.
constexpr std::string_view line_start = "\r\033[K";

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string clock_time(double seconds) {
    // A day is as good as for ever, and keeps the conversion in range.
    constexpr double day   = 86400;
    const auto       whole = static_cast<long>(std::ceil(std::min(seconds, day)));
    if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

} // namespace

ProgressOutput ProgressOutput::standard() { return to(std::cerr, isatty(STDERR_FILENO) == 1); }

ProgressOutput ProgressOutput::to(std::ostream& stream, bool is_terminal) { return {&stream, is_terminal, steady_seconds}; }

ProgressBar::ProgressBar(std::size_t total, std::string title, ProgressOutput output)
    : total_(total), title_(std::move(title)), output_(std::move(output)) {
    if (!output_.is_terminal) return;
    start_ = output_.clock();
    draw();
}

ProgressBar::~ProgressBar() { finish("left before the end"); }

void ProgressBar::advance(std::size_t samples) {
    done_ += samples;
    if (finished_ || !output_.is_terminal || elapsed() < next_draw_) return;
    draw();
}

void ProgressBar::finish(std::string_view reason) {
    if (std::exchange(finished_, true) || !output_.is_terminal) return;
    const double      seconds = elapsed();
    const std::string title   = title_.empty() ? "" : title_ + ": ";
    if (done_ >= total_) {
        *output_.stream << fmt::format("{}{}{} samples in {:.1f} s{}\n", line_start, title, done_, seconds, done_ > 0 ? ", " + rate(seconds) : "");
    } else {
        *output_.stream << fmt::format("{}{}stopped early, after {} of {} samples in {:.1f} s{}{}\n", line_start, title, done_, total_, seconds,
                                       reason.empty() ? "" : ": ", reason);
    }
    output_.stream->flush();
}

void ProgressBar::draw() {
    const double      seconds = elapsed();
    const double      share   = total_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    const auto        filled  = static_cast<std::size_t>(share * static_cast<double>(bar_width));
    const auto        percent = static_cast<int>(share * 100);
    const std::string title   = title_.empty() ? "" : title_ + " ";
    std::string       line =
        fmt::format("{}{}[{:#<{}}{:.<{}}] {:3}%  {}/{}", line_start, title, "", filled, "", bar_width - filled, percent, done_, total_);
    if (done_ > 0 && seconds > 0) {
        line += "  " + rate(seconds);
        if (done_ < total_) line += fmt::format("  {} left", clock_time(seconds / static_cast<double>(done_) * static_cast<double>(total_ - done_)));
    }
    *output_.stream << line << std::flush;
    next_draw_ = seconds + seconds_between_draws;
}

std::string ProgressBar::rate(double seconds) const {
    const double per_second = static_cast<double>(done_) / std::max(seconds, 1e-9);
    if (per_second >= 999.95e3) return fmt::format("{:.1f}M/s", per_second * 1e-6);
    if (per_second >= 999.95) return fmt::format("{:.1f}k/s", per_second * 1e-3);
    return fmt::format("{:.1f}/s", per_second);
}

} // namespace xtgrad
