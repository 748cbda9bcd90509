#include <xtgrad/autograd/triple_check.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd/numeric_derivative.hpp>

namespace xtgrad {

namespace {

template <Scalar T>
Array<double> in_double(const Array<T>& array) {
    Array<double> result = zeros<double>(array.shape());
    std::copy(array.storage().begin(), array.storage().end(), result.storage().begin());
    return result;
}

double norm(const Array<double>& array) {
    return std::sqrt(std::inner_product(array.storage().begin(), array.storage().end(), array.storage().begin(), 0.0));
}

double largest_of(const Array<double>& array) {
    double largest = 0;
    for (const double element : array.storage()) {
        if (std::isfinite(element)) largest = std::max(largest, std::abs(element));
    }
    return largest;
}

// Infinite where one is a number and the other is not; NaN agrees with NaN.
double distance(double a, double b) {
    if (std::isnan(a) && std::isnan(b)) return 0;
    if (a == b) return 0;
    const double difference = std::abs(a - b);
    return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
}

struct Tolerance {
    double relative;
    double rounding; // of ε

    bool close(double a, double b, double absolute) const {
        const double difference = distance(a, b);
        return difference == 0 || difference <= relative * std::max(std::abs(a), std::abs(b)) + absolute;
    }
};

// Roundings in a gradient computed in two ways, in units of ε and of its largest element: sums of some hundred terms that largely cancel.
constexpr double analytic_roundings = 4096;

// Where to take differences: at both ends, in the middle, at the largest differences between hand and tape, and at random.
std::vector<std::size_t> chosen_places(const Array<double>& hand, const Array<double>& tape, std::size_t limit) {
    const std::size_t        size = tape.size();
    std::vector<std::size_t> places(size);
    std::iota(places.begin(), places.end(), std::size_t{0});
    if (size <= limit) return places;
    std::vector<std::size_t> chosen = {0, size / 2, size - 1};
    if (hand.shape() == tape.shape()) {
        const std::size_t worst  = std::min<std::size_t>(size, std::max<std::size_t>(1, limit / 4));
        const auto        beyond = [&](std::size_t a, std::size_t b) {
            return distance(hand.data()[a], tape.data()[a]) > distance(hand.data()[b], tape.data()[b]);
        };
        std::partial_sort(places.begin(), places.begin() + static_cast<Index>(worst), places.end(), beyond);
        chosen.insert(chosen.end(), places.begin(), places.begin() + static_cast<Index>(worst));
    }
    Random random(size);
    while (chosen.size() < limit) chosen.push_back(random.below(size));
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
}

// The comparison of one input, without differences where the shapes differ already.
class InputCheck {
public:
    InputCheck(const Array<double>& hand, const Array<double>& tape, const Tolerance& tolerance) : hand_(hand), tape_(tape), tolerance_(tolerance) {
        result_.shape     = tape.shape();
        result_.hand_norm = norm(hand);
        result_.tape_norm = norm(tape);
        same_shape_       = hand.shape() == tape.shape();
        scale_            = std::max(largest_of(hand), largest_of(tape));
        if (!same_shape_) {
            result_.hand_and_tape = result_.hand_and_differences = {false, std::numeric_limits<double>::infinity()};
            return;
        }
        for (std::size_t place = 0; place < tape.size(); ++place) {
            note(result_.hand_and_tape, hand.data()[place], tape.data()[place], analytic_slack());
        }
    }

    TripleInput finish(const std::vector<NumericDerivative>& derivatives, const Array<double>& x) {
        result_.checked = derivatives.size();
        bool tape_alone = false, hand_alone = false, neither = false;
        for (const NumericDerivative& numeric : derivatives) {
            if (!numeric.conclusive) {
                ++result_.inconclusive;
                continue;
            }
            const double tape     = tape_.data()[numeric.place];
            const bool   by_tape  = note(result_.tape_and_differences, tape, numeric.value, numeric.uncertainty);
            bool         by_hand  = false;
            bool         together = false;
            if (same_shape_) {
                const double hand = hand_.data()[numeric.place];
                by_hand           = note(result_.hand_and_differences, hand, numeric.value, numeric.uncertainty);
                together          = tolerance_.close(hand, tape, analytic_slack());
            }
            // Where hand and tape agree they are one voice.
            tape_alone = tape_alone || (by_tape && !by_hand && !together);
            hand_alone = hand_alone || (by_hand && !by_tape && !together);
            neither    = neither || (!by_tape && !by_hand);
        }
        result_.verdict = verdict(tape_alone, hand_alone, neither);
        find_worst(derivatives);
        if (result_.verdict == TripleVerdict::hand_is_odd) result_.slip = name_slip(hand_, tape_, x, tolerance_.relative);
        if (result_.verdict == TripleVerdict::tape_is_odd) result_.slip = name_slip(tape_, hand_, x, tolerance_.relative);
        return std::move(result_);
    }

private:
    double analytic_slack() const { return tolerance_.rounding * scale_; }

    bool note(PairComparison& pair, double a, double b, double slack) const {
        const bool   close      = tolerance_.close(a, b, slack);
        const double difference = distance(a, b);
        pair.agree              = pair.agree && close;
        pair.largest_difference = std::max(pair.largest_difference, scale_ > 0 ? difference / scale_ : difference);
        return close;
    }

    TripleVerdict verdict(bool tape_alone, bool hand_alone, bool neither) const {
        if (result_.hand_and_tape.agree) return neither ? TripleVerdict::differences_are_odd : TripleVerdict::agree;
        if (neither || (tape_alone && hand_alone)) return TripleVerdict::all_differ;
        if (tape_alone) return TripleVerdict::hand_is_odd;
        if (hand_alone) return TripleVerdict::tape_is_odd;
        return TripleVerdict::undecided;
    }

    void find_worst(const std::vector<NumericDerivative>& derivatives) {
        double most = -1;
        for (const NumericDerivative& numeric : derivatives) {
            const double tape  = tape_.data()[numeric.place];
            const double hand  = same_shape_ ? hand_.data()[numeric.place] : std::numeric_limits<double>::quiet_NaN();
            const bool   apart = same_shape_ && !result_.hand_and_tape.agree;
            // Where nothing differs, the largest element: differences within rounding point anywhere.
            const bool   calm = result_.verdict == TripleVerdict::agree;
            const double here = apart ? distance(hand, tape) : calm ? std::abs(tape) : numeric.conclusive ? distance(tape, numeric.value) : 0.0;
            if (here <= most) continue;
            most                = here;
            result_.worst_place = numeric.place;
            result_.hand        = hand;
            result_.tape        = tape;
            result_.differences = numeric.value;
            result_.uncertainty = numeric.uncertainty;
        }
    }

    const Array<double>& hand_;
    const Array<double>& tape_;
    Tolerance            tolerance_;
    TripleInput          result_;
    bool                 same_shape_ = true;
    double               scale_      = 0;
};

template <Scalar T>
std::vector<Array<T>> taped_gradients(const TapedFunction<T>& taped, const std::vector<Array<T>>& x, SourceLocation where) {
    Tape                     tape(where);
    std::vector<Variable<T>> variables;
    for (const Array<T>& array : x) variables.push_back(tape.watch(array, where));
    const Variable<T> value = taped(variables);
    if (value.recorded()) return tape.gradient(value, variables, where);
    // The tape saw no way from x to the value.
    static_cast<void>(value.item(where));
    std::vector<Array<T>> nothing;
    for (const Array<T>& array : x) nothing.push_back(zeros<T>(array.shape()));
    return nothing;
}

template <Scalar T>
double plain_value(const TapedFunction<T>& taped, const std::vector<Array<T>>& x, SourceLocation where) {
    std::vector<Variable<T>> constants;
    for (const Array<T>& array : x) constants.push_back(Variable<T>(array));
    return static_cast<double>(taped(constants).item(where));
}

} // namespace

namespace functional {

template <Scalar T>
TripleReport triple_check(const std::vector<Array<T>>& hand, const TapedFunction<T>& taped, const std::vector<Array<T>>& x,
                          const TripleCheckOptions& options, SourceLocation where) {
    if (hand.size() != x.size()) {
        throw ValueError(
            "triple_check: there are " + std::to_string(hand.size()) + " hand-written gradients for " + std::to_string(x.size()) + " inputs", where);
    }
    constexpr double            epsilon = std::numeric_limits<T>::epsilon();
    const double                usual   = std::is_same_v<T, double> ? 1e-6 : 1e-3;
    const Tolerance             tolerance{options.tolerance > 0 ? options.tolerance : usual, analytic_roundings * epsilon};
    const std::vector<Array<T>> tape = taped_gradients<T>(taped, x, where);
    TripleReport                report;
    for (std::size_t input = 0; input < x.size(); ++input) {
        const Array<double> by_hand = in_double(hand[input]);
        const Array<double> by_tape = in_double(tape[input]);
        InputCheck          check(by_hand, by_tape, tolerance);
        const auto          f = [&, moved = x](const Array<T>& values) mutable {
            moved[input] = values;
            return plain_value<T>(taped, moved, where);
        };
        const auto places = chosen_places(by_hand, by_tape, options.elements);
        report.inputs.push_back(check.finish(numeric_derivatives<T>(f, x[input], places), in_double(x[input])));
        if (report.agree()) report.verdict = report.inputs.back().verdict;
    }
    return report;
}

template TripleReport triple_check<float>(const std::vector<Array<float>>&, const TapedFunction<float>&, const std::vector<Array<float>>&,
                                          const TripleCheckOptions&, SourceLocation);
template TripleReport triple_check<double>(const std::vector<Array<double>>&, const TapedFunction<double>&, const std::vector<Array<double>>&,
                                           const TripleCheckOptions&, SourceLocation);

} // namespace functional

std::string_view to_string(TripleVerdict verdict) {
    constexpr std::string_view sentences[] = {
        "all three gradients agree",
        "the hand-written gradient is the odd one out",
        "the tape's gradient is the odd one out",
        "the finite differences are the odd one out: the function is not a fixed one, or is differentiated as another",
        "all three gradients differ",
        "hand and tape differ where finite differences cannot tell"};
    return sentences[static_cast<std::size_t>(verdict)];
}

std::ostream& operator<<(std::ostream& stream, const TripleReport& report) {
    for (std::size_t input = 0; input < report.inputs.size(); ++input) {
        const TripleInput& one = report.inputs[input];
        stream << "input " << input << " " << to_string(one.shape) << ": " << to_string(one.verdict);
        if (!one.slip.sentence.empty()) stream << "; " << one.slip.sentence << " (" << to_string(one.slip.kind) << ")";
        stream << "\n  largest differences, relative: hand and tape " << one.hand_and_tape.largest_difference << ", tape and differences "
               << one.tape_and_differences.largest_difference << ", hand and differences " << one.hand_and_differences.largest_difference
               << "\n  norms: hand " << one.hand_norm << ", tape " << one.tape_norm << "; differences at " << one.checked << " elements, "
               << one.inconclusive << " of them inconclusive\n";
        if (one.checked > 0) {
            stream << "  at " << index_text(one.worst_place, one.shape) << ": hand " << one.hand << ", tape " << one.tape << ", differences "
                   << one.differences << " ± " << one.uncertainty << "\n";
        }
    }
    return stream;
}

} // namespace xtgrad
