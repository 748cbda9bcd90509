#include <algorithm>
#include <array>

#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {

// Defined in baseline.cpp.
extern const BaselineKernels<float>  float_baseline_kernels;
extern const BaselineKernels<double> double_baseline_kernels;

// The definitions are those of target.cpp, compiled for each set.
namespace baseline {
extern const Table<float>  float_table;
extern const Table<double> double_table;
} // namespace baseline
#ifdef XTGRAD_HAS_AVX2
namespace avx2 {
extern const Table<float>  float_table;
extern const Table<double> double_table;
} // namespace avx2
#endif
#ifdef XTGRAD_HAS_AVX512
namespace avx512 {
extern const Table<float>  float_table;
extern const Table<double> double_table;
} // namespace avx512
#endif

namespace {

template <Scalar T, class Float, class Double>
const auto& choose(const Float& of_float, const Double& of_double) {
    if constexpr (std::is_same_v<T, float>) {
        return of_float;
    } else {
        return of_double;
    }
}

/// What this processor can run, the best one last.
template <Scalar T>
struct Runnable {
    std::array<NamedTable<T>, 3> tables;
    std::array<Table<T>, 3>      complete;
    std::size_t                  count = 0;

    Runnable() {
        add("baseline", baseline::float_table, baseline::double_table);
#ifdef XTGRAD_HAS_AVX2
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) add("avx2", avx2::float_table, avx2::double_table);
#endif
#ifdef XTGRAD_HAS_AVX512
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
            add("avx512", avx512::float_table, avx512::double_table);
        }
#endif
    }

    void add(const char* name, const Table<float>& of_float, const Table<double>& of_double) {
        complete[count]                   = choose<T>(of_float, of_double);
        const BaselineKernels<T>& kernels = choose<T>(float_baseline_kernels, double_baseline_kernels);
        std::copy(kernels.begin(), kernels.end(), complete[count].elementwise.begin() + VectorPrimitives::size);
        tables[count] = {name, &complete[count]};
        ++count;
    }
};

template <Scalar T>
const Runnable<T>& runnable() {
    static const Runnable<T> own;
    return own;
}

} // namespace

template <Scalar T>
std::span<const NamedTable<T>> tables() {
    return std::span(runnable<T>().tables).first(runnable<T>().count);
}

template <Scalar T>
const Table<T>& choose_table() {
    const Table<T>* const best = tables<T>().back().table;
    chosen_table<T>.store(best, std::memory_order_release);
    return *best;
}

template std::span<const NamedTable<float>>  tables<float>();
template std::span<const NamedTable<double>> tables<double>();
template const Table<float>&                 choose_table<float>();
template const Table<double>&                choose_table<double>();

} // namespace xtgrad::kernels
