#pragma once

#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {
inline namespace XTGRAD_TARGET {

// The updates of the optimizers: in place, one pass, whole vectors into the buffers' slack. Each operation is rounded as a loop over numbers
// would round it.

template <class T>
void descend(T* p, const T* g, std::size_t count, T rate) {
    for (std::size_t at = 0; at < count; at += Lanes<T>::width) {
        (Lanes<T>::load(p + at) - Lanes<T>(rate) * Lanes<T>::load(g + at)).store(p + at);
    }
}

template <class T>
void descend_with_momentum(T* p, T* v, const T* g, std::size_t count, T rate, T momentum) {
    for (std::size_t at = 0; at < count; at += Lanes<T>::width) {
        const Lanes<T> velocity = Lanes<T>(momentum) * Lanes<T>::load(v + at) + Lanes<T>::load(g + at);
        velocity.store(v + at);
        (Lanes<T>::load(p + at) - Lanes<T>(rate) * velocity).store(p + at);
    }
}

template <class T>
void adam(T* p, T* m, T* v, const T* g, std::size_t count, const AdamStep<T>& step) {
    const Lanes<T> beta1(step.beta1), rest1(T(1) - step.beta1), beta2(step.beta2), rest2(T(1) - step.beta2);
    const Lanes<T> step_size(step.step_size), root_scale(step.root_scale), epsilon(step.epsilon);
    for (std::size_t at = 0; at < count; at += Lanes<T>::width) {
        const Lanes<T> gradient = Lanes<T>::load(g + at);
        const Lanes<T> first    = beta1 * Lanes<T>::load(m + at) + rest1 * gradient;
        const Lanes<T> second   = beta2 * Lanes<T>::load(v + at) + rest2 * (gradient * gradient);
        first.store(m + at);
        second.store(v + at);
        (Lanes<T>::load(p + at) - step_size * first / (sqrt(second) * root_scale + epsilon)).store(p + at);
    }
}

} // namespace XTGRAD_TARGET
} // namespace xtgrad::kernels
