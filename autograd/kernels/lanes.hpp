#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include <xsimd/xsimd.hpp>

#ifdef __FAST_MATH__
#error "xtgrad: -ffast-math removes the NaN tests that gradients rely on; build without it"
#endif

// Each instruction set has types of its own, so that code compiled for several of them can be linked together.
#if defined(__AVX512F__)
#define XTGRAD_TARGET avx512
#elif defined(__AVX2__)
#define XTGRAD_TARGET avx2
#else
#define XTGRAD_TARGET baseline
#endif

namespace xtgrad {
inline namespace XTGRAD_TARGET {

template <class T>
class LaneMask;
template <class T>
class Lanes;

// kernels/trigonometry.hpp
template <class T>
Lanes<T> sine_of(Lanes<T> x);
template <class T>
Lanes<T> cosine_of(Lanes<T> x);

/// A SIMD batch that behaves as a number: numbers convert in every function, comparisons give a LaneMask, NaN is not equal to itself.
/// Raw batches do neither reliably (xsimd 8.1).
template <class T>
class Lanes {
public:
    using value_type                   = T;
    using Batch                        = xsimd::batch<T>;
    static constexpr std::size_t width = Batch::size;

    Lanes() = default;
    Lanes(T number) : batch_(number) {}
    template <class Number>
    requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, T>) Lanes(Number number) : batch_(static_cast<T>(number)) {}
    explicit Lanes(Batch batch) : batch_(batch) {}

    static Lanes load(const T* from) { return Lanes(Batch::load_unaligned(from)); }
    void         store(T* to) const { batch_.store_unaligned(to); }
    const Batch& batch() const { return batch_; }

    friend Lanes operator+(Lanes a, Lanes b) { return Lanes(a.batch_ + b.batch_); }
    friend Lanes operator-(Lanes a, Lanes b) { return Lanes(a.batch_ - b.batch_); }
    friend Lanes operator*(Lanes a, Lanes b) { return Lanes(a.batch_ * b.batch_); }
    friend Lanes operator/(Lanes a, Lanes b) { return Lanes(a.batch_ / b.batch_); }
    // By the sign bit: 0 − x would lose the sign of zero.
    friend Lanes operator-(Lanes x) { return Lanes(Batch(xsimd::bitofsign(Batch(T(-1))) ^ x.batch_)); }

    friend LaneMask<T> operator<(Lanes a, Lanes b) { return LaneMask<T>(a.batch_ < b.batch_); }
    friend LaneMask<T> operator<=(Lanes a, Lanes b) { return LaneMask<T>(a.batch_ <= b.batch_); }
    friend LaneMask<T> operator>(Lanes a, Lanes b) { return LaneMask<T>(b.batch_ < a.batch_); }
    friend LaneMask<T> operator>=(Lanes a, Lanes b) { return LaneMask<T>(b.batch_ <= a.batch_); }
    friend LaneMask<T> equal(Lanes a, Lanes b) { return LaneMask<T>(a.batch_ == b.batch_); }
    friend LaneMask<T> isnan(Lanes x) { return LaneMask<T>(xsimd::isnan(x.batch_)); }

    friend LaneMask<T> isfinite(Lanes x) { return abs(x) <= std::numeric_limits<T>::max(); }

    friend Lanes select(LaneMask<T> mask, Lanes a, Lanes b) { return Lanes(xsimd::select(mask.batch(), a.batch_, b.batch_)); }
    friend Lanes abs(Lanes x) { return Lanes(xsimd::abs(x.batch_)); }
    friend Lanes square(Lanes x) { return x * x; }
    /// a·b + c, rounded once where the instruction set can.
    friend Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
#ifdef __AVX512F__
        // xsimd 8.1 multiplies and adds here.
        if constexpr (std::is_same_v<T, float>) {
            return Lanes(Batch(_mm512_fmadd_ps(a.batch_, b.batch_, c.batch_)));
        } else {
            return Lanes(Batch(_mm512_fmadd_pd(a.batch_, b.batch_, c.batch_)));
        }
#else
        return Lanes(xsimd::fma(a.batch_, b.batch_, c.batch_));
#endif
    }
    friend Lanes sqrt(Lanes x) { return Lanes(xsimd::sqrt(x.batch_)); }
    friend Lanes exp(Lanes x) { return Lanes(xsimd::exp(x.batch_)); }
    friend Lanes expm1(Lanes x) { return Lanes(xsimd::expm1(x.batch_)); }
    friend Lanes log(Lanes x) { return log_of(x); }
    friend Lanes log1p(Lanes x) { return log1p_of(x); }
    friend Lanes sin(Lanes x) { return sine_of(x); }
    friend Lanes cos(Lanes x) { return cosine_of(x); }
    friend Lanes tanh(Lanes x) { return Lanes(xsimd::tanh(x.batch_)); }
    // Through e^−|x|, which neither overflows nor cancels in either tail.
    friend Lanes sigmoid(Lanes x) {
        const Lanes e = exp(-abs(x));
        return select(x >= T(0), Lanes(T(1)), e) / (e + T(1));
    }
    // 0 and NaN stay what they are.
    friend Lanes sign(Lanes x) { return select(x > T(0), Lanes(T(1)), select(x < T(0), Lanes(T(-1)), x)); }
    // xsimd's is wrong by up to 42 ULP, and about signs and infinities; the C library's is right.
    friend Lanes pow(Lanes x, Lanes y) {
        return lane_by_lane(x, y, [](T a, T b) { return std::pow(a, b); });
    }

    template <class F>
    static Lanes lane_by_lane(Lanes x, Lanes y, F f) {
        alignas(64) T a[width];
        alignas(64) T b[width];
        x.store(a);
        y.store(b);
        for (std::size_t lane = 0; lane < width; ++lane) a[lane] = f(a[lane], b[lane]);
        return load(a);
    }

private:
    // xsimd's logarithm is wrong below the smallest normal number: those are scaled up first.
    static Lanes log_of(Lanes x) {
        constexpr T       up     = sizeof(T) == 4 ? T(0x1p24) : T(0x1p54);
        constexpr T       log_up = sizeof(T) == 4 ? T(16.635532333438687) : T(37.42994775023705);
        const LaneMask<T> tiny   = x < std::numeric_limits<T>::min() && x > T(0);
        if (any(tiny)) [[unlikely]] {
            return select(tiny, Lanes(xsimd::log((x * up).batch_)) - log_up, Lanes(xsimd::log(x.batch_)));
        }
        return Lanes(xsimd::log(x.batch_));
    }
    // log1p(x) is x itself where x² vanishes beside it.
    static Lanes log1p_of(Lanes x) {
        constexpr T small = std::numeric_limits<T>::epsilon() / 4;
        return select(abs(x) < small, x, Lanes(xsimd::log1p(x.batch_)));
    }

    Batch batch_;
};

template <class T>
class LaneMask {
public:
    using Batch = xsimd::batch_bool<T>;

    explicit LaneMask(Batch batch) : batch_(batch) {}
    const Batch& batch() const { return batch_; }

    friend LaneMask operator&&(LaneMask a, LaneMask b) { return LaneMask(a.batch_ & b.batch_); }
    friend LaneMask operator||(LaneMask a, LaneMask b) { return LaneMask(a.batch_ | b.batch_); }
    friend LaneMask operator!(LaneMask a) { return LaneMask(~a.batch_); }
    friend bool     any(LaneMask mask) { return xsimd::any(mask.batch_); }

private:
    Batch batch_;
};

template <class T>
Lanes<T> cotangent_product(Lanes<T> g, Lanes<T> factor) {
    const Lanes<T>    product   = g * factor;
    const LaneMask<T> undefined = isnan(product);
    if (any(undefined)) [[unlikely]]
        return select(undefined && equal(g, T(0)), Lanes<T>(T(0)), product);
    return product;
}

template <class T>
Lanes<T> cotangent_quotient(Lanes<T> g, Lanes<T> divisor) {
    const Lanes<T>    quotient  = g / divisor;
    const LaneMask<T> undefined = isnan(quotient);
    if (any(undefined)) [[unlikely]]
        return select(undefined && equal(g, T(0)), Lanes<T>(T(0)), quotient);
    return quotient;
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad

#include <xtgrad/autograd/kernels/trigonometry.hpp>
