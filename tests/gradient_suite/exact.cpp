#include <sstream>

#include <xtgrad/array/random.hpp>

#include "tiers.hpp"

namespace xtgrad::suite {

namespace {

// The truncation error is h²·f‴/6, the rounding error 1e-34/h.
const Quad step = Quad(1) / Quad(1e10);

// Units of ε·S within which a derivative must be right. The functions themselves are right to 4 units, powers in float to 8.
constexpr double largest_error = 16;

template <Scalar T>
QuadArrays quads_of(const std::vector<Array<T>>& arrays) {
    QuadArrays result;
    for (const Array<T>& array : arrays) result.emplace_back(array.storage().begin(), array.storage().end());
    return result;
}

ExactDerivatives derivatives_of(const Case& sample, QuadArrays x) {
    ExactDerivatives exact;
    exact.values            = sample.reference(x);
    const std::size_t count = exact.values.size();
    for (std::size_t input = 0; input < x.size(); ++input) {
        exact.jacobians.emplace_back();
        if (!sample.differentiable[input]) continue;
        std::vector<Quad>& jacobian = exact.jacobians.back();
        jacobian.resize(count * x[input].size());
        for (std::size_t place = 0; place < x[input].size(); ++place) {
            const Quad middle            = x[input][place];
            x[input][place]              = middle + step;
            const std::vector<Quad> high = sample.reference(x);
            x[input][place]              = middle - step;
            const std::vector<Quad> low  = sample.reference(x);
            x[input][place]              = middle;
            for (std::size_t row = 0; row < count; ++row) jacobian[row * x[input].size() + place] = (high[row] - low[row]) / (step + step);
        }
    }
    return exact;
}

/// |computed − exact| in units of ε·S. Where S is 0 only an exact 0 will do.
template <Scalar T>
double error_of(T computed, Quad exact, Quad terms) {
    const double difference = std::abs(static_cast<double>(Quad(static_cast<double>(computed)) - exact));
    // NaN is right where the reference is NaN: the mean of nothing.
    const bool undefined = exact.bits != exact.bits;
    if (difference == 0 || (undefined && std::isnan(computed))) return 0;
    const double unit = static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(terms);
    // The reference's own error, in case the derivative is tiny beside the function.
    const double error = std::max(0.0, difference - 1e-19) / unit;
    return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

std::string text(double error) {
    std::ostringstream stream;
    stream.precision(3);
    stream << error << " units of rounding";
    return stream.str();
}

} // namespace

std::string place_of(const Case& sample, const std::string& what) { return sample.description + ": " + what; }

template <Scalar T>
void check_exactly(const Case& sample, Tally& tally) {
    const std::vector<Array<T>> inputs = inputs_as<T>(sample);
    const QuadArrays            x      = quads_of(inputs);
    const ExactDerivatives      exact  = derivatives_of(sample, x);
    const std::string           type   = sizeof(T) == 4 ? " in float" : " in double";
    double&                     worst  = sizeof(T) == 4 ? tally.first_order_float : tally.first_order_double;

    Tape               tape;
    const Variables<T> variables = watched<T>(tape, sample);
    const Variables<T> sources   = differentiable(sample, variables);
    const Variable<T>  y         = sample.function<T>()(variables);
    const std::size_t  count     = y.size();
    if (count != exact.values.size()) {
        tally.check(false, place_of(sample, "a result of shape " + to_string(y.shape()) + ", the reference has another size"));
        return;
    }

    const double allowed = sample.normwise ? normwise_units : largest_error;
    // Beside what an error is judged; normwise, beside the largest of its kind.
    const auto scales_of = [&](std::vector<Quad> terms) {
        Quad largest;
        for (const Quad& term : terms) largest = term > largest ? term : largest;
        if (sample.normwise) std::fill(terms.begin(), terms.end(), largest);
        return terms;
    };

    // The value: a function is as well conditioned as its derivatives say.
    double            of_value = 0;
    std::vector<Quad> of_rows;
    for (std::size_t row = 0; row < count; ++row) {
        Quad terms = abs(exact.values[row]);
        for (std::size_t input = 0; input < x.size(); ++input) {
            for (std::size_t place = 0; place < x[input].size() && !exact.jacobians[input].empty(); ++place) {
                terms = terms + abs(exact.jacobians[input][row * x[input].size() + place] * x[input][place]);
            }
        }
        of_rows.push_back(terms);
    }
    of_rows = scales_of(of_rows);
    for (std::size_t row = 0; row < count; ++row) of_value = std::max(of_value, error_of<T>(y.typed().data()[row], exact.values[row], of_rows[row]));
    tally.check(of_value <= allowed, place_of(sample, "the value is off by " + text(of_value) + type));

    std::vector<std::size_t> which;
    for (std::size_t input = 0; input < x.size(); ++input) {
        if (sample.differentiable[input]) which.push_back(input);
    }
    // Every entry of the Jacobian. An entry is a single product, so that S is its own absolute value.
    double                         of_entry = 0;
    std::vector<std::vector<Quad>> of_entries;
    for (const std::vector<Quad>& jacobian : exact.jacobians) {
        of_entries.push_back(jacobian);
        for (Quad& entry : of_entries.back()) entry = abs(entry);
        of_entries.back() = scales_of(of_entries.back());
    }
    for (std::size_t row = 0; row < count; ++row) {
        Array<T> unit          = zeros<T>(y.shape());
        unit.data()[row]       = 1;
        const auto one_of_each = tape.gradient(y, sources, seed(unit), keep);
        for (std::size_t source = 0; source < sources.size(); ++source) {
            const std::size_t size = x[which[source]].size();
            for (std::size_t place = 0; place < size; ++place) {
                const std::size_t at = row * size + place;
                of_entry             = std::max(
                                of_entry, error_of<T>(one_of_each[source].data()[place], exact.jacobians[which[source]][at], of_entries[which[source]][at]));
            }
        }
    }
    worst = std::max(worst, of_entry);
    tally.check(of_entry <= allowed, place_of(sample, "an entry of the Jacobian is off by " + text(of_entry) + type));

    // Products with random cotangents: sums over outputs, and over what was broadcast.
    double of_product = 0;
    Random random(41);
    for (int draw = 0; draw < 2; ++draw) {
        // Rounded to float, so that a cast to float and back loses nothing.
        const Array<T> cotangent   = xt::cast<T>(random.normal_array<float>(y.shape()));
        const auto     one_of_each = tape.gradient(y, sources, seed(cotangent), keep);
        for (std::size_t source = 0; source < sources.size(); ++source) {
            const std::size_t size = x[which[source]].size();
            tally.check(one_of_each[source].shape() == sources[source].shape(), place_of(sample, "a gradient has another shape than its source"));
            std::vector<Quad> sums(size), of_sums(size);
            for (std::size_t place = 0; place < size; ++place) {
                for (std::size_t row = 0; row < count; ++row) {
                    const Quad term = Quad(static_cast<double>(cotangent.data()[row])) * exact.jacobians[which[source]][row * size + place];
                    sums[place]     = sums[place] + term;
                    of_sums[place]  = of_sums[place] + abs(term);
                }
            }
            of_sums = scales_of(of_sums);
            for (std::size_t place = 0; place < size; ++place)
                of_product = std::max(of_product, error_of<T>(one_of_each[source].data()[place], sums[place], of_sums[place]));
        }
    }
    worst = std::max(worst, of_product);
    tally.check(of_product <= allowed, place_of(sample, "a vector-Jacobian product is off by " + text(of_product) + type));
}

template void check_exactly<float>(const Case&, Tally&);
template void check_exactly<double>(const Case&, Tally&);

} // namespace xtgrad::suite
