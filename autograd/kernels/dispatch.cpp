#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {

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

namespace {

bool has_avx2() {
#ifdef XTGRAD_HAS_AVX2
    static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    return has;
#else
    return false;
#endif
}

} // namespace

template <>
const Table<float>& table<float>() {
#ifdef XTGRAD_HAS_AVX2
    if (has_avx2()) return avx2::float_table;
#endif
    return baseline::float_table;
}

template <>
const Table<double>& table<double>() {
#ifdef XTGRAD_HAS_AVX2
    if (has_avx2()) return avx2::double_table;
#endif
    return baseline::double_table;
}

const char* instruction_set() { return has_avx2() ? "avx2" : "baseline"; }

} // namespace xtgrad::kernels
