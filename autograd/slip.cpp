#include <xtgrad/autograd/slip.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include <xtgrad/autograd/numeric_derivative.hpp>

namespace xtgrad {

namespace {

// Two gradients of one shape, looked at element by element.
class Comparison {
public:
    Comparison(const Array<double>& wrong, const Array<double>& right, const Array<double>& x, double tolerance)
        : wrong_(wrong), right_(right), x_(x), tolerance_(tolerance) {
        for (std::size_t place = 0; place < size(); ++place) largest_ = std::max({largest_, std::abs(w(place)), std::abs(r(place))});
    }

    std::size_t size() const { return wrong_.size(); }
    double      w(std::size_t place) const { return wrong_.data()[place]; }
    double      r(std::size_t place) const { return right_.data()[place]; }
    double      x(std::size_t place) const { return x_.data()[place]; }

    bool close(double a, double b) const { return close(a, b, largest_); }
    // Elements far below the largest one carry its rounding.
    bool close(double a, double b, double scale) const {
        return std::abs(a - b) <= tolerance_ * std::max(std::abs(a), std::abs(b)) + 1e-3 * tolerance_ * scale;
    }
    template <class Predicate>
    std::size_t count(Predicate&& holds) const {
        std::size_t found = 0;
        for (std::size_t place = 0; place < size(); ++place) found += holds(place) ? 1U : 0U;
        return found;
    }
    template <class Predicate>
    bool everywhere(Predicate&& holds) const {
        return count(holds) == size();
    }
    const Shape& shape() const { return right_.shape(); }

private:
    const Array<double>& wrong_;
    const Array<double>& right_;
    const Array<double>& x_;
    double               tolerance_;
    double               largest_ = 0;
};

std::string number(double value) {
    std::string text(32, '\0');
    text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.6g", value)));
    return text;
}

NamedSlip named_multiple(double factor) {
    const double size     = std::abs(factor);
    const bool   negative = factor < 0;
    const auto   whole    = [](double value) { return std::abs(value - std::round(value)) < 1e-6 * value; };
    std::string  sentence = "it is " + number(factor) + " times the right one";
    if (std::abs(size - 1) < 1e-6) return {Slip::sign, -1, "it has the opposite sign"};
    if (negative) sentence += ", so the sign is wrong too";
    if (std::abs(size - 2) < 1e-6) return {Slip::factor, factor, sentence + ": the ½ of ½x² is missing, or it was added up twice"};
    if (std::abs(size - 0.5) < 1e-6) return {Slip::factor, factor, sentence + ": the 2 that comes from a square is missing"};
    if (size > 1 && whole(size)) return {Slip::count, factor, sentence + ": a sum where the mean over " + number(size) + " is meant, a missing 1/N"};
    if (size < 1 && whole(1 / size)) {
        return {Slip::count, factor, sentence + ": divided by N = " + number(1 / size) + ", a mean where the sum is meant or a 1/N too many"};
    }
    return {Slip::factor, factor, sentence};
}

// The constant c with wrong = c·right, by least squares.
std::optional<NamedSlip> find_multiple(const Comparison& both) {
    double products = 0, squares = 0;
    for (std::size_t place = 0; place < both.size(); ++place) {
        products += both.w(place) * both.r(place);
        squares += both.r(place) * both.r(place);
    }
    if (squares == 0) return std::nullopt;
    const double factor = products / squares;
    if (!both.everywhere([&](std::size_t place) { return both.close(both.w(place), factor * both.r(place)); })) return std::nullopt;
    NamedSlip  slip    = named_multiple(factor);
    const bool telling = both.count([&](std::size_t place) { return both.r(place) != 0; }) > 1;
    // A single number is always a multiple of another; only the usual multiples say something.
    if (!telling && slip.kind == Slip::factor && std::abs(factor) != 2 && std::abs(factor) != 0.5) return std::nullopt;
    return slip;
}

struct ActivationFormula {
    const char* name;
    double (*value)(double);
    double (*derivative)(double);
};

double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

constexpr ActivationFormula activations[] = {
    {"sigmoid", logistic, [](double x) { return logistic(x) * logistic(-x); }},
    {"tanh", [](double x) { return std::tanh(x); }, [](double x) { return 1 - std::tanh(x) * std::tanh(x); }},
    {"relu", [](double x) { return std::max(x, 0.0); }, [](double x) { return x > 0 ? 1.0 : 0.0; }},
};

std::optional<NamedSlip> find_activation(const Comparison& both) {
    if (both.size() < 2) return std::nullopt;
    for (const ActivationFormula& f : activations) {
        const auto        is   = [&](auto left, auto right) { return both.everywhere([&](std::size_t i) { return both.close(left(i), right(i)); }); };
        const auto        at_x = [&](std::size_t i) { return f.derivative(both.x(i)); };
        const auto        at_y = [&](std::size_t i) { return f.derivative(f.value(both.x(i))); };
        const auto        w    = [&](std::size_t i) { return both.w(i); };
        const auto        r    = [&](std::size_t i) { return both.r(i); };
        const auto        by   = [](auto a, auto b) { return [=](std::size_t i) { return a(i) * b(i); }; };
        const std::string name(f.name);
        if (is(by(w, at_x), r)) return NamedSlip{Slip::activation_missing, 1, "the derivative of " + name + " is missing from the chain"};
        if (is(by(r, at_x), w)) return NamedSlip{Slip::activation_twice, 1, "the derivative of " + name + " was multiplied in once too often"};
        if (is(by(w, at_x), by(r, at_y))) {
            return NamedSlip{Slip::derivative_at_output, 1, "the derivative of " + name + " was taken at its output instead of its input"};
        }
    }
    return std::nullopt;
}

// Along the last axis of x, as if x were the logits.
std::optional<NamedSlip> find_softmax(const Comparison& both) {
    if (both.shape().empty() || both.shape().back() < 2) return std::nullopt;
    const std::size_t   width    = both.shape().back();
    bool                diagonal = true, plain = true, untargeted = true;
    std::vector<double> p(width);
    for (std::size_t row = 0; row < both.size(); row += width) {
        double largest = both.x(row), total = 0, product_diagonal = 0, product_plain = 0;
        for (std::size_t i = 0; i < width; ++i) largest = std::max(largest, both.x(row + i));
        for (std::size_t i = 0; i < width; ++i) total += p[i] = std::exp(both.x(row + i) - largest);
        for (std::size_t i = 0; i < width; ++i) {
            p[i] /= total;
            product_diagonal += both.w(row + i) / (1 - p[i]);
            product_plain += both.w(row + i);
        }
        const double share = both.w(row) / p[0];
        // The right one is p·(g − Σ g·p); take g from the wrong one, which is g·p·(1 − p) or g·p.
        for (std::size_t i = 0; i < width; ++i) {
            const double w = both.w(row + i), r = both.r(row + i);
            diagonal   = diagonal && both.close(r, w / (1 - p[i]) - p[i] * product_diagonal);
            plain      = plain && both.close(r, w - p[i] * product_plain);
            untargeted = untargeted && share > 0 && both.close(w, share * p[i]) && (both.close(r, w) || r < w);
        }
    }
    if (diagonal || plain)
        return NamedSlip{Slip::softmax_diagonal, 1, "only the diagonal of softmax's Jacobian is in it: the sum over j ≠ i is missing"};
    if (untargeted) return NamedSlip{Slip::target_missing, 1, "it is softmax(x) itself: the target was not subtracted"};
    return std::nullopt;
}

std::optional<NamedSlip> find_multiple_of_input(const Comparison& both) {
    double      products = 0, squares = 0, largest = 0;
    std::size_t different = 0;
    for (std::size_t place = 0; place < both.size(); ++place) {
        const double excess = both.w(place) - both.r(place);
        products += excess * both.x(place);
        squares += both.x(place) * both.x(place);
        largest = std::max(largest, std::abs(excess));
        different += both.x(place) != both.x(0) ? 1U : 0U;
    }
    // Two numbers are often multiples of two others; four rarely.
    if (squares == 0 || different < 3) return std::nullopt;
    const double factor = products / squares;
    if (!both.everywhere([&](std::size_t i) { return std::abs(both.w(i) - both.r(i) - factor * both.x(i)) <= 1e-5 * largest; })) return std::nullopt;
    return NamedSlip{Slip::multiple_of_input, factor,
                     "it is the right one plus " + number(factor) + " times the input: a penalty on the input stands in one of the two alone"};
}

std::optional<NamedSlip> find_misplaced(const Comparison& both) {
    const Shape& shape = both.shape();
    if (shape.size() == 2 && shape[0] == shape[1]) {
        const std::size_t n = shape[0];
        if (both.everywhere([&](std::size_t i) { return both.close(both.w(i), both.r(i % n * n + i / n)); })) {
            return NamedSlip{Slip::transposed, 1, "it is the transpose of the right one"};
        }
    }
    std::vector<double> w(both.size()), r(both.size());
    for (std::size_t i = 0; i < both.size(); ++i) {
        w[i] = both.w(i);
        r[i] = both.r(i);
    }
    std::sort(w.begin(), w.end());
    std::sort(r.begin(), r.end());
    if (both.everywhere([&](std::size_t i) { return both.close(w[i], r[i]); })) {
        return NamedSlip{Slip::reordered, 1, "it has the right numbers in other places"};
    }
    return std::nullopt;
}

NamedSlip name_shape(const Array<double>& wrong, const Array<double>& right, double tolerance) {
    const Shape&      from = wrong.shape();
    const Shape&      to   = right.shape();
    const std::string both = "it has shape " + to_string(from) + " where the input has " + to_string(to);
    if (from.size() == 2 && to.size() == 2 && from[0] == to[1] && from[1] == to[0]) {
        const auto close = [&](double a, double b) { return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b)); };
        bool       same  = true;
        for (std::size_t i = 0; i < right.size(); ++i) same = same && close(right.data()[i], wrong.data()[i % to[1] * to[0] + i / to[1]]);
        return {Slip::transposed, 1, both + ": it is transposed" + (same ? "" : ", and its numbers are wrong too")};
    }
    bool broadcast = from.size() >= to.size();
    for (std::size_t axis = 0; broadcast && axis < to.size(); ++axis) {
        const std::size_t extent = to[to.size() - 1 - axis];
        broadcast                = extent == 1 || extent == from[from.size() - 1 - axis];
    }
    if (broadcast) return {Slip::not_summed, 1, both + ": it must be summed over the axes along which the input was broadcast"};
    return {Slip::shape, 1, both};
}

} // namespace

std::string_view to_string(Slip slip) {
    constexpr std::string_view names[] = {"none",
                                          "not_finite",
                                          "shape",
                                          "transposed",
                                          "not_summed",
                                          "zero",
                                          "sign",
                                          "factor",
                                          "count",
                                          "sign_of_some",
                                          "reordered",
                                          "activation_missing",
                                          "activation_twice",
                                          "derivative_at_output",
                                          "softmax_diagonal",
                                          "target_missing",
                                          "multiple_of_input",
                                          "some_elements",
                                          "unknown"};
    return names[static_cast<std::size_t>(slip)];
}

NamedSlip name_slip(const Array<double>& wrong, const Array<double>& right, const Array<double>& x, double tolerance) {
    if (wrong.shape() != right.shape()) return name_shape(wrong, right, tolerance);
    const Comparison both(wrong, right, x, tolerance);
    const auto       differs = [&](std::size_t i) { return !both.close(both.w(i), both.r(i)); };
    const auto       broken  = [&](std::size_t i) { return !std::isfinite(both.w(i)) && std::isfinite(both.r(i)); };
    if (const std::size_t count = both.count(broken); count > 0) {
        return {Slip::not_finite, 1, std::to_string(count) + " of " + std::to_string(both.size()) + " elements are NaN or infinite"};
    }
    const std::size_t different = both.count(differs);
    if (different == 0) return {};
    if (both.everywhere([&](std::size_t i) { return both.w(i) == 0; })) {
        return {Slip::zero, 0, "it is zero: the path to the input is cut, by a value held constant or an accumulation that was left out"};
    }
    if (auto slip = find_multiple(both)) return *slip;
    if (both.everywhere([&](std::size_t i) { return both.close(std::abs(both.w(i)), std::abs(both.r(i))); })) {
        return {Slip::sign_of_some, -1,
                "it has the opposite sign at " + std::to_string(different) + " of " + std::to_string(both.size()) + " elements"};
    }
    if (auto slip = find_misplaced(both)) return *slip;
    if (auto slip = find_activation(both)) return *slip;
    if (auto slip = find_softmax(both)) return *slip;
    if (auto slip = find_multiple_of_input(both)) return *slip;
    if (different <= std::max<std::size_t>(1, both.size() / 10) && both.size() > 2) {
        std::size_t first = 0;
        while (!differs(first)) ++first;
        return {Slip::some_elements, both.w(first) / both.r(first),
                "it is right but for " + std::to_string(different) + " of " + std::to_string(both.size()) + " elements, the first at " +
                    index_text(first, both.shape())};
    }
    return {Slip::unknown, 1, {}};
}

} // namespace xtgrad
