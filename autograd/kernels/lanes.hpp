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
template <class T, bool strong_zero = true>
class Lanes;

// kernels/trigonometry.hpp
template <class T>
Lanes<T> sine_of(Lanes<T> x);
template <class T>
Lanes<T> cosine_of(Lanes<T> x);
// kernels/exponential.hpp
template <class T>
Lanes<T> exponential_of(Lanes<T> x);
template <class T>
Lanes<T> expm1_of(Lanes<T> x);
template <class T>
Lanes<T> log_of(Lanes<T> x);
template <class T>
Lanes<T> log1p_of(Lanes<T> x);
template <class T>
Lanes<T> sigmoid_of(Lanes<T> x);
template <class T>
Lanes<T> sigmoid_slope_of(Lanes<T> x);
template <class T>
Lanes<T> tanh_of(Lanes<T> x);

/// A SIMD batch that behaves as a number: numbers convert in every function, comparisons give a LaneMask, NaN is not equal to itself.
/// Raw batches do neither reliably (xsimd 8.1). Without the strong zero, products of cotangents are ordinary ones: faster, and NaN where the two
/// differ.
template <class T, bool strong_zero>
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
    // Register by register: a copy as a whole goes through memory, and g++ 12 leaves its store there when nobody reads it.
    Lanes(const Lanes& other) : batch_(other.batch_.data) {}
    Lanes& operator=(const Lanes& other) {
        batch_.data = other.batch_.data;
        return *this;
    }
    ~Lanes() = default;

    static Lanes load(const T* from) { return Lanes(Batch::load_unaligned(from)); }
    void         store(T* to) const { batch_.store_unaligned(to); }
    const Batch& batch() const { return batch_; }

    friend Lanes operator+(Lanes a, Lanes b) { return Lanes(a.batch_ + b.batch_); }
    friend Lanes operator-(Lanes a, Lanes b) { return Lanes(a.batch_ - b.batch_); }
    friend Lanes operator*(Lanes a, Lanes b) { return Lanes(a.batch_ * b.batch_); }
    friend Lanes operator/(Lanes a, Lanes b) { return Lanes(a.batch_ / b.batch_); }
    /// a·b + c, rounded once where the instruction set can.
    friend Lanes multiply_add(Lanes a, Lanes b, Lanes c) {
#ifdef __AVX512F__
        // xsimd 8.1 rounds twice here.
        if constexpr (sizeof(T) == 4) {
            return Lanes(Batch(_mm512_fmadd_ps(a.batch_, b.batch_, c.batch_)));
        } else {
            return Lanes(Batch(_mm512_fmadd_pd(a.batch_, b.batch_, c.batch_)));
        }
#else
        return Lanes(xsimd::fma(a.batch_, b.batch_, c.batch_));
#endif
    }
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
    // The instructions return their second operand where one is NaN.
    friend Lanes at_least(Lanes x, T low) { return Lanes(xsimd::max(Batch(low), x.batch_)); }
    friend Lanes at_most(Lanes x, T high) { return Lanes(xsimd::min(Batch(high), x.batch_)); }
    friend Lanes abs(Lanes x) { return Lanes(xsimd::abs(x.batch_)); }
    friend Lanes square(Lanes x) { return x * x; }
    friend Lanes sqrt(Lanes x) { return Lanes(xsimd::sqrt(x.batch_)); }
    friend Lanes exp(Lanes x) { return Lanes(exponential_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes expm1(Lanes x) { return Lanes(expm1_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes log(Lanes x) { return Lanes(log_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes log1p(Lanes x) { return Lanes(log1p_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes sin(Lanes x) { return Lanes(sine_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes cos(Lanes x) { return Lanes(cosine_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes tanh(Lanes x) { return Lanes(tanh_of(Lanes<T>(x.batch_)).batch()); }
    friend Lanes sigmoid(Lanes x) { return Lanes(sigmoid_of(Lanes<T>(x.batch_)).batch()); }
    // Not in the kernels, whose vjps have the bits of their recorded reading: a product of two sigmoids.
    friend Lanes sigmoid_slope(Lanes x) requires(!strong_zero) { return Lanes(sigmoid_slope_of(Lanes<T>(x.batch_)).batch()); }
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

template <class T, bool strong_zero>
Lanes<T, strong_zero> cotangent_product(Lanes<T, strong_zero> g, Lanes<T, strong_zero> factor) {
    const Lanes<T, strong_zero> product = g * factor;
    if constexpr (strong_zero) {
        const LaneMask<T> undefined = isnan(product);
        if (any(undefined)) [[unlikely]]
            return select(undefined && equal(g, T(0)), Lanes<T>(T(0)), product);
    }
    return product;
}

template <class T, bool strong_zero>
Lanes<T, strong_zero> cotangent_quotient(Lanes<T, strong_zero> g, Lanes<T, strong_zero> divisor) {
    const Lanes<T, strong_zero> quotient = g / divisor;
    if constexpr (strong_zero) {
        const LaneMask<T> undefined = isnan(quotient);
        if (any(undefined)) [[unlikely]]
            return select(undefined && equal(g, T(0)), Lanes<T>(T(0)), quotient);
    }
    return quotient;
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad

#include <xtgrad/autograd/kernels/exponential.hpp>
#include <xtgrad/autograd/kernels/trigonometry.hpp>
