#include <xtgrad/autograd/gradcheck.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <set>
#include <sstream>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd/numeric_derivative.hpp>

namespace xtgrad {

namespace {

constexpr double      epsilon           = std::numeric_limits<double>::epsilon();
constexpr double      trusted_accuracy  = differences::trusted_roundings * epsilon;
constexpr std::size_t largest_jacobian  = std::size_t{1} << 16;
constexpr int         random_directions = 4;

using Variables = std::vector<Variable<double>>;
using Arrays    = std::vector<Array<double>>;

/// The function to be checked, its inputs and how they are called.
struct Problem {
    std::function<Variables(const Variables&)> f;
    Arrays                                     x;
    std::vector<std::string>                   input_names;
    std::vector<std::string>                   output_names;
};

using differences::Estimate;
using differences::estimate;
using differences::Stencil;

double step_for(double x) { return differences::step_for(x, epsilon); }

/// Which element of which array a place in the flattened arrays is.
std::string place_text(const std::vector<std::string>& names, const std::vector<Shape>& shapes, std::size_t place) {
    for (std::size_t array = 0; array < shapes.size(); ++array) {
        const std::size_t count = element_count(shapes[array]);
        if (place < count) return names[array] + (shapes[array].empty() ? "" : " " + index_text(place, shapes[array]));
        place -= count;
    }
    return "nothing";
}

class Check {
public:
    Check(const GradientCheckOptions& options, const Problem& problem) : options_(options), problem_(problem), random_(options.seed) {
        for (const Array<double>& input : problem.x) {
            input_shapes_.push_back(input.shape());
            flat_.insert(flat_.end(), input.data(), input.data() + input.size());
        }
        for (const Variable<double>& output : watch_and_run()) {
            output_shapes_.push_back(output.shape());
            here_.insert(here_.end(), output.typed().data(), output.typed().data() + output.size());
        }
    }

    void run(GradientReport& report) {
        const bool jacobian = options_.mode == GradientCheckOptions::Mode::jacobian ||
                              (options_.mode == GradientCheckOptions::Mode::automatic && flat_.size() * here_.size() <= largest_jacobian);
        if (jacobian) {
            check_jacobian(report);
        } else {
            check_directions(report);
        }
    }

private:
    Variables watch_and_run() {
        Tape tape;
        return run_under(tape);
    }
    Variables run_under(Tape& tape) {
        inputs_.clear();
        for (const Array<double>& input : problem_.x) inputs_.push_back(tape.watch(input));
        return problem_.f(inputs_);
    }

    /// The vector-Jacobian product for cotangents of all outputs, flattened.
    std::vector<double> product(Tape& tape, const Variables& outputs, const std::vector<double>& cotangent) {
        std::vector<double> result(flat_.size(), 0);
        std::size_t         start = 0;
        for (const Variable<double>& output : outputs) {
            const auto begin = cotangent.begin() + static_cast<Index>(start);
            const auto end   = begin + static_cast<Index>(output.size());
            start += output.size();
            // What was not recorded depends on nothing.
            if (!output.recorded() || std::all_of(begin, end, [](double element) { return element == 0; })) continue;
            Array<double> seed_of(output.shape());
            std::copy(begin, end, seed_of.data());
            std::size_t place = 0;
            for (const Array<double>& part : tape.gradient(output, inputs_, seed(seed_of), keep)) {
                for (std::size_t element = 0; element < part.size(); ++element) result[place++] += part.data()[element];
            }
        }
        return result;
    }

    /// The flattened outputs at x + t·direction.
    std::vector<double> values_at(const std::vector<double>& direction, double t) const {
        Variables   moved;
        std::size_t place = 0;
        for (const Array<double>& input : problem_.x) {
            Array<double> there = input;
            for (double& element : there.storage()) element += t * direction[place++];
            moved.push_back(std::move(there));
        }
        std::vector<double> values;
        for (const Variable<double>& output : problem_.f(moved)) {
            values.insert(values.end(), output.typed().data(), output.typed().data() + output.size());
        }
        if (values.size() != here_.size()) throw ShapeError("check_gradients: the function's result changes its shape with the values of its inputs");
        return values;
    }

    struct Column {
        std::vector<double> far_below, below, above, far_above;
    };
    Column column_of(const std::vector<double>& direction, double h) const {
        return {values_at(direction, -h), values_at(direction, -h / 2), values_at(direction, h / 2), values_at(direction, h)};
    }
    Stencil stencil(const Column& at, std::size_t row) const {
        return {at.far_below[row], at.below[row], here_[row], at.above[row], at.far_above[row]};
    }
    double rounding(const Column& at, std::size_t row) const {
        const Stencil s         = stencil(at, row);
        const bool    unchanged = s.far_below == s.here && s.below == s.here && s.above == s.here && s.far_above == s.here;
        return unchanged ? 0 : trusted_accuracy * std::max({std::abs(s.far_below), std::abs(s.here), std::abs(s.far_above)});
    }

    std::vector<Estimate> estimates(const Column& at, double h) const {
        std::vector<Estimate> result(here_.size());
        for (std::size_t row = 0; row < here_.size(); ++row) result[row] = estimate(stencil(at, row), h, rounding(at, row));
        return result;
    }
    /// The same for one combination of the outputs.
    Estimate estimate_of(const Column& at, double h, const std::vector<double>& weights) const {
        Stencil sums{};
        double  noise = 0;
        for (std::size_t row = 0; row < here_.size(); ++row) {
            const Stencil s = stencil(at, row);
            // Differences from the middle first: their sum does not round what did not change.
            sums.far_below += weights[row] * (s.far_below - s.here);
            sums.below += weights[row] * (s.below - s.here);
            sums.above += weights[row] * (s.above - s.here);
            sums.far_above += weights[row] * (s.far_above - s.here);
            noise += std::abs(weights[row]) * rounding(at, row);
        }
        return estimate(sums, h, noise);
    }

    enum class Judgement { agrees, differs, inconclusive };
    Judgement judge(double analytic, const Estimate& numeric, double scale) const {
        // Written so that a NaN uncertainty is inconclusive, and a NaN gradient differs.
        if (!(numeric.uncertainty <= differences::conclusive_share * scale) || !std::isfinite(numeric.derivative)) return Judgement::inconclusive;
        const double tolerance = numeric.uncertainty + options_.relative_tolerance * std::max(std::abs(analytic), std::abs(numeric.derivative)) +
                                 options_.rounding_units * std::numeric_limits<double>::epsilon() * scale;
        return std::abs(analytic - numeric.derivative) <= tolerance ? Judgement::agrees : Judgement::differs;
    }
    // Differences that disagree are taken again with a wider step: where the two estimates are apart, they know less than they said.
    static Estimate doubted(const Estimate& first, const Estimate& second) {
        return {first.derivative, std::max({first.uncertainty, second.uncertainty, std::abs(first.derivative - second.derivative)})};
    }
    static constexpr double wider = 4;

    void note(GradientReport& report, double analytic, const Estimate& numeric, double scale, double h, const std::string& of,
              const std::string& by) {
        const Judgement judgement = judge(analytic, numeric, scale);
        ++report.compared;
        const double error = std::abs(analytic - numeric.derivative) / (scale > 0 ? scale : 1);
        // The worst of the worst kind so far.
        double rank = error;
        if (judgement == Judgement::differs) {
            ++report.differing;
            rank = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
        } else if (judgement == Judgement::inconclusive) {
            ++report.inconclusive;
            rank = std::isfinite(numeric.uncertainty) ? numeric.uncertainty : std::numeric_limits<double>::infinity();
        }
        const auto verdict = judgement == Judgement::differs        ? GradientVerdict::differs
                             : judgement == Judgement::inconclusive ? GradientVerdict::inconclusive
                                                                    : GradientVerdict::agrees;
        if (verdict != GradientVerdict::inconclusive) report.largest_error = std::max(report.largest_error, std::isnan(error) ? 1 : error);
        const auto weight = [](GradientVerdict of_kind) {
            return of_kind == GradientVerdict::differs ? 2 : of_kind == GradientVerdict::inconclusive ? 1 : 0;
        };
        if (weight(verdict) < weight(report.verdict) || (verdict == report.verdict && report.compared > 1 && rank <= worst_rank_)) return;
        report.verdict = verdict;
        report.worst   = {of, by, analytic, numeric.derivative, h, numeric.uncertainty};
        worst_rank_    = rank;
    }

    void check_jacobian(GradientReport& report) {
        const std::size_t   rows    = here_.size();
        const std::size_t   columns = flat_.size();
        std::vector<double> analytic(rows * columns);
        {
            Tape                tape;
            const Variables     outputs = run_under(tape);
            std::vector<double> unit(rows, 0);
            for (std::size_t row = 0; row < rows; ++row) {
                unit[row]                     = 1;
                const std::vector<double> one = product(tape, outputs, unit);
                std::copy(one.begin(), one.end(), analytic.begin() + static_cast<Index>(row * columns));
                unit[row] = 0;
            }
        }
        std::vector<std::vector<Estimate>> numeric;
        std::vector<double>                direction(columns, 0);
        double                             largest = 0;
        for (std::size_t column = 0; column < columns; ++column) {
            const double h    = step_for(flat_[column]);
            direction[column] = 1;
            numeric.push_back(estimates(column_of(direction, h), h));
            direction[column] = 0;
            for (std::size_t row = 0; row < rows; ++row) {
                const double size = std::max(std::abs(numeric.back()[row].derivative), std::abs(analytic[row * columns + column]));
                if (std::isfinite(size)) largest = std::max(largest, size);
            }
        }
        for (std::size_t column = 0; column < columns; ++column) {
            const double h     = step_for(flat_[column]);
            const auto   scale = [&](std::size_t row) {
                return std::max({largest, std::abs(numeric[column][row].derivative), std::abs(here_[row]) / std::max(1.0, std::abs(flat_[column]))});
            };
            bool differs = false;
            for (std::size_t row = 0; row < rows; ++row) {
                differs = differs || judge(analytic[row * columns + column], numeric[column][row], scale(row)) == Judgement::differs;
            }
            if (differs) {
                direction[column] = 1;
                const auto again  = estimates(column_of(direction, wider * h), wider * h);
                direction[column] = 0;
                for (std::size_t row = 0; row < rows; ++row) numeric[column][row] = doubted(numeric[column][row], again[row]);
            }
            for (std::size_t row = 0; row < rows; ++row) {
                note(report, analytic[row * columns + column], numeric[column][row], scale(row), h,
                     place_text(problem_.output_names, output_shapes_, row), place_text(problem_.input_names, input_shapes_, column));
            }
        }
    }

    /// The places in all inputs together where an error of a kernel shows first.
    std::vector<std::size_t> telling_places() const {
        std::vector<std::size_t> places;
        std::size_t              start = 0;
        for (const Shape& shape : input_shapes_) {
            const std::size_t     count = element_count(shape);
            std::set<std::size_t> telling{0, count - 1};
            // Vectors have 2 to 16 lanes; 64 ends a block of four of the widest.
            for (const std::size_t block : {std::size_t{8}, std::size_t{16}, std::size_t{64}}) {
                for (const std::size_t edge : {block, count / block * block}) telling.insert({edge - 1, edge});
            }
            for (const std::size_t place : telling) {
                if (place < count) places.push_back(start + place);
            }
            start += count;
        }
        return places;
    }

    std::vector<double> gaussian(std::size_t count) {
        // In steps of 2^-10, so that x + t·v is exact as well.
        std::vector<double> vector(count);
        for (double& element : vector) element = std::round(random_.normal() * 1024) / 1024;
        return vector;
    }

    void check_directions(GradientReport& report) {
        Tape                tape;
        const Variables     outputs = run_under(tape);
        std::vector<double> weights;
        std::vector<double> gradient;
        double              largest  = 0;
        double              weighted = 0;
        const auto          redraw   = [&] {
            weights  = gaussian(here_.size());
            gradient = product(tape, outputs, weights);
            largest  = 0;
            weighted = 0;
            for (const double element : gradient) largest = std::max(largest, std::isfinite(element) ? std::abs(element) : 0);
            for (std::size_t row = 0; row < here_.size(); ++row) weighted += weights[row] * here_[row];
        };
        const auto look = [&](const std::vector<double>& direction, double x, const std::string& by) {
            const double h        = step_for(x);
            double       analytic = 0;
            double       terms    = 0;
            for (std::size_t place = 0; place < flat_.size(); ++place) {
                analytic += gradient[place] * direction[place];
                terms += std::abs(gradient[place] * direction[place]);
            }
            Estimate numeric = estimate_of(column_of(direction, h), h, weights);
            // A gradient that is not finite says nothing of the differences' accuracy; it differs from them.
            if (std::isfinite(terms)) numeric.uncertainty += 2 * trusted_accuracy * terms;
            const double scale = std::max({largest, std::abs(numeric.derivative), std::abs(weighted) / std::max(1.0, std::abs(x))});
            if (judge(analytic, numeric, scale) == Judgement::differs) {
                numeric = doubted(numeric, estimate_of(column_of(direction, wider * h), wider * h, weights));
            }
            note(report, analytic, numeric, scale, h, "w·" + problem_.output_names.front(), by);
        };
        double widest = 0;
        for (const double element : flat_) widest = std::max(widest, std::abs(element));
        for (int direction = 0; direction < random_directions; ++direction) {
            redraw();
            look(gaussian(flat_.size()), widest, "random direction " + std::to_string(direction));
        }
        std::vector<double> unit(flat_.size(), 0);
        for (const std::size_t place : telling_places()) {
            unit[place] = 1;
            look(unit, flat_[place], place_text(problem_.input_names, input_shapes_, place));
            unit[place] = 0;
        }
    }

    const GradientCheckOptions& options_;
    const Problem&              problem_;
    Random                      random_;
    std::vector<Shape>          input_shapes_;
    std::vector<Shape>          output_shapes_;
    std::vector<double>         flat_; // all inputs
    std::vector<double>         here_; // all outputs
    Variables                   inputs_;
    double                      worst_rank_ = 0;
};

/// The gradient as a function of the inputs and of the cotangent, which is the last input.
Problem gradient_of(const gradcheck::Function& f, const Problem& first, std::uint64_t seed_of_cotangent) {
    Problem second;
    second.x           = first.x;
    second.input_names = first.input_names;
    second.input_names.emplace_back("the cotangent");
    second.x.push_back(Random(seed_of_cotangent).split(1).normal_array<double>(first.f({first.x.begin(), first.x.end()}).front().shape()));
    for (const std::string& name : first.input_names) second.output_names.push_back("∂f/∂" + name);
    second.f = [f](const Variables& inputs_and_cotangent) {
        Tape      tape;
        Variables inputs;
        for (std::size_t input = 0; input + 1 < inputs_and_cotangent.size(); ++input) {
            inputs.push_back(functional::watched(tape, inputs_and_cotangent[input], {}));
        }
        const Variable<double> y = f(inputs);
        if (y.recorded()) return tape.gradient(y, inputs, seed(inputs_and_cotangent.back()), create_graph);
        Variables nothing;
        for (const Variable<double>& input : inputs) nothing.push_back(zeros<double>(input.shape()));
        return nothing;
    };
    return second;
}

} // namespace

GradientReport gradcheck::check(const GradientCheckOptions& options, const Function& f, const std::vector<Array<double>>& inputs) {
    Problem problem;
    problem.f            = [&f](const Variables& x) { return Variables{f(x)}; };
    problem.x            = inputs;
    problem.output_names = {"f"};
    for (std::size_t input = 0; input < inputs.size(); ++input) problem.input_names.push_back("input " + std::to_string(input));
    GradientReport report;
    Check(options, problem).run(report);
    if (options.second_order) {
        const Problem  second = gradient_of(f, problem, options.seed);
        GradientReport of_second;
        Check(options, second).run(of_second);
        of_second.compared += report.compared;
        of_second.differing += report.differing;
        of_second.inconclusive += report.inconclusive;
        of_second.largest_error = std::max(of_second.largest_error, report.largest_error);
        // The first order's verdict stands where it is as bad.
        if (report.verdict == GradientVerdict::differs ||
            (report.verdict != GradientVerdict::agrees && of_second.verdict == GradientVerdict::agrees) || report.verdict == of_second.verdict) {
            of_second.verdict = report.verdict;
            of_second.worst   = report.worst;
        }
        return of_second;
    }
    return report;
}

std::ostream& operator<<(std::ostream& stream, GradientVerdict verdict) {
    switch (verdict) {
    case GradientVerdict::agrees:
        return stream << "agrees";
    case GradientVerdict::differs:
        return stream << "differs";
    case GradientVerdict::inconclusive:
        return stream << "inconclusive";
    }
    return stream;
}

std::ostream& operator<<(std::ostream& stream, const GradientReport& report) {
    std::ostringstream text;
    text << "check_gradients: " << report.verdict << ": " << report.compared << " derivatives, " << report.differing << " differ, "
         << report.inconclusive << " inconclusive\n";
    if (report.compared > 0) {
        text << "  worst: d " << report.worst.of << " / d " << report.worst.by << ": the tape says ";
        text.precision(12);
        text << report.worst.analytic << ", differences " << report.worst.numeric;
        text.precision(2);
        text << " ± " << report.worst.uncertainty << " (step " << report.worst.step << ")\n";
    }
    if (report.verdict == GradientVerdict::inconclusive) {
        text << "  There is a kink, a jump or noise within that step of the input; check at another point.\n";
    }
    return stream << text.str();
}

} // namespace xtgrad
