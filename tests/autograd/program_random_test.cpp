#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include <xtgrad/array/random.hpp>
#include <xtgrad/autograd.hpp>

using namespace xtgrad;

namespace {

// Bits, but for the payload of a NaN, which an addition may take from either side.
template <Scalar T>
bool same_bits(const Variable<T>& a, const Variable<T>& b) {
    if (a.shape() != b.shape()) return false;
    for (std::size_t place = 0; place < a.size(); ++place) {
        const T x = a.value().data()[place], y = b.value().data()[place];
        if (std::memcmp(&x, &y, sizeof(T)) != 0 && !(std::isnan(x) && std::isnan(y))) return false;
    }
    return true;
}

std::size_t below(Random& random, std::size_t limit) { return static_cast<std::size_t>(random.below(limit)); }

Shape random_shape(Random& random) {
    Shape             shape;
    const std::size_t rank = below(random, 4);
    // Mostly small; now and then long enough that elementwise steps are taken piece by piece.
    if (below(random, 8) == 0) return {1 + below(random, 3), 1500 + below(random, 1500)};
    for (std::size_t axis = 0; axis < rank; ++axis) shape.push_back(below(random, 8) == 0 ? below(random, 60) : 1 + below(random, 4));
    return shape;
}

// A random computation: what it does depends on its seed and on shapes alone, so that it does the same on other numbers.
template <Scalar T>
class RandomGraph {
public:
    RandomGraph(std::uint64_t seed, std::size_t steps, bool second_order) : seed_(seed), steps_(steps), second_order_(second_order) {}

    std::tuple<Variable<T>, Variable<T>, std::vector<Variable<T>>> operator()(const Variable<T>& a, const Variable<T>& b) const {
        Tape                     tape;
        const Variable<T>        x = tape.watch(a), y = tape.watch(b);
        Random                   random(seed_);
        std::vector<Variable<T>> made{x, y};
        for (std::size_t step = 0; step < steps_; ++step) made.push_back(next(random, made));
        Variable<T> total = sum(made.back());
        for (std::size_t place = 2; place + 1 < made.size(); ++place) {
            if (below(random, 3) == 0) total = total + mean(tanh(made[place]));
        }
        total += 0.5 * sum(x) + sum(y * y);
        std::vector<Variable<T>> gradients;
        if (second_order_) {
            auto [dx, dy]      = tape.gradient(total, std::tuple{x, y}, create_graph);
            const auto squares = sum(dx * dx) + sum(sin(dy)) + total;
            auto [ddx, ddy]    = tape.gradient(squares, std::tuple{x, y}, as_variables);
            gradients          = {dx.detach(), dy.detach(), ddx, ddy};
        } else {
            auto [dx, dy] = tape.gradient(total, std::tuple{x, y}, as_variables);
            gradients     = {dx, dy};
        }
        return {total.detach(), made.back().detach(), gradients};
    }

private:
    static Variable<T> pick(Random& random, const std::vector<Variable<T>>& made) {
        return made[made.size() - 1 - below(random, std::min<std::size_t>(made.size(), 5))];
    }

    // One that broadcasts with x: it, itself under another shape, or a number.
    static Variable<T> partner(Random& random, const std::vector<Variable<T>>& made, const Variable<T>& x) {
        const Variable<T> other = pick(random, made);
        if (other.shape() == x.shape()) return other;
        switch (below(random, 4)) {
        case 0:
            return mean(other);
        case 1:
            return x.dimension() > 0 ? sum(x, 0, keep_dims) : x;
        case 2:
            return x.dimension() > 0 ? mean(x, -1, keep_dims) : x;
        default:
            return Variable<T>(T(0.75));
        }
    }

    static Variable<T> next(Random& random, const std::vector<Variable<T>>& made) {
        const Variable<T> x = pick(random, made);
        switch (below(random, 34)) {
        case 0:
            return x + partner(random, made, x);
        case 1:
            return partner(random, made, x) - x;
        case 2:
        case 3:
            return x * partner(random, made, x);
        case 4:
            return x / (square(partner(random, made, x)) + 1);
        case 5:
            return -x;
        case 6:
            return square(x) * 0.25;
        case 7:
            return sqrt(square(x) + 0.5);
        case 8:
            return pow(square(x) + 0.5, 1.5);
        case 9:
            return exp(-square(x));
        case 10:
            return expm1(tanh(x));
        case 11:
            return log(square(x) + 1);
        case 12:
            return log1p(square(x));
        case 13:
            return sin(x);
        case 14:
            return cos(x);
        case 15:
            return tanh(x);
        case 16:
            return sigmoid(x);
        case 17:
            return softplus(x);
        case 18:
            return relu(x);
        case 19:
            return abs(x);
        case 20:
            return sign(x) * x;
        case 21:
            return maximum(x, partner(random, made, x));
        case 22:
            return minimum(x, partner(random, made, x));
        case 23:
            return where(x > T(0.1) && x < partner(random, made, x), x * 2, sin(x));
        case 24:
            return clip(x, T(-0.5), T(1.5));
        case 25:
            return x.dimension() > 0 && x.size() > 0 ? logsumexp(x, below(random, x.dimension())) : x * x;
        case 26:
            return x.dimension() > 0 && x.size() > 0 ? amax(x, below(random, x.dimension()), keep_dims) - x : x;
        case 27:
            return x.dimension() > 0 ? sum(x, below(random, x.dimension())) * 0.5 : sin(x);
        case 28:
            return transpose(x);
        case 29:
            return reshape(x, {static_cast<Index>(x.size())});
        case 30:
            return broadcast_to(expand_dims(x, 0), extents(2, x.shape()));
        case 31:
            return x.dimension() > 0 ? concatenate({x, x * 0.5}, 0) : x * 3;
        case 32:
            return x.dimension() > 0 && x.shape()[0] > 1 ? slice(x, {Range(1, static_cast<Index>(x.shape()[0]))}) : cos(x);
        default:
            return x.dimension() == 2 ? matmul(x, x, Transposed::second) * 0.1 : x * sigmoid(x);
        }
    }

    static Extents extents(Index first, const Shape& shape) {
        std::vector<Index> all{first};
        all.insert(all.end(), shape.begin(), shape.end());
        return all;
    }

    std::uint64_t seed_;
    std::size_t   steps_;
    bool          second_order_;
};

template <Scalar T>
bool replays_alike(std::uint64_t seed) {
    Random               random(seed * 7 + 1);
    const Shape          shape = random_shape(random), other = random_shape(random);
    const RandomGraph<T> graph(seed, 3 + below(random, 15), below(random, 4) == 0);
    auto                 program = compile(graph, random.normal_array<T>(shape), random.normal_array<T>(other));
    bool                 same    = program.statistics().instructions <= program.statistics().recorded;
    for (int round = 0; round < 2; ++round) {
        const Variable<T> a(random.normal_array<T>(shape)), b(random.normal_array<T>(other));
        const auto [total, last, gradients]    = graph(a, b);
        const auto [total2, last2, gradients2] = program(a, b);
        same                                   = same && same_bits(total, total2) && same_bits(last, last2) && gradients.size() == gradients2.size();
        for (std::size_t place = 0; place < gradients.size(); ++place) same = same && same_bits(gradients[place], gradients2[place]);
    }
    return same;
}

} // namespace

TEST_CASE("1000 random graphs with their gradients replay to the same bits") {
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        CAPTURE(seed);
        CHECK((seed % 2 == 0 ? replays_alike<float>(seed) : replays_alike<double>(seed)));
    }
}
