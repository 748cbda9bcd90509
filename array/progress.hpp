#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

namespace xtgrad {

/// Where a progress bar draws and what it knows of the world; tests replace all three.
struct ProgressOutput {
    std::ostream*           stream;
    bool                    is_terminal; ///< without a terminal nothing is written
    std::function<double()> clock;       ///< seconds since any fixed moment, never decreasing

    /// Standard error, if it is a terminal, and a steady clock.
    static ProgressOutput standard();
    /// `stream`, whose output is shown as on a terminal or not at all, and a steady clock.
    static ProgressOutput to(std::ostream& stream, bool is_terminal);
};

/// A line on the terminal that counts samples:
///
///     epoch 3 [##########..............]  42%  25200/60000  12.6k/s  0:03 left
///
/// and gives way, at the end, to one that says what was done, or how far it came and why it stopped:
///
///     epoch 3: 60000 samples in 4.8 s, 12.6k/s
///     epoch 3: stopped early, after 25200 of 60000 samples in 2.0 s: interrupted
///
/// 100 % appears only when every sample has been counted. The rate is the mean since the bar was made.
class ProgressBar {
public:
    explicit ProgressBar(std::size_t total, std::string title = {}, ProgressOutput output = ProgressOutput::standard());
    /// Ends a bar that nobody ended, as when an exception passes by.
    ~ProgressBar();
    ProgressBar(const ProgressBar&)            = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// Counts `samples` more.
    void advance(std::size_t samples = 1);
    /// Writes the last line; `reason` says why where samples are missing. Later calls do nothing.
    void finish(std::string_view reason = {});

    std::size_t done() const noexcept { return done_; }

private:
    void        draw();
    double      elapsed() const { return output_.clock() - start_; }
    std::string rate(double seconds) const;

    std::size_t    total_;
    std::size_t    done_ = 0;
    std::string    title_;
    ProgressOutput output_;
    double         start_     = 0;
    double         next_draw_ = 0;
    bool           finished_  = false;
};

} // namespace xtgrad
