// Compiled once for each instruction set, with its flags; lanes.hpp names the set.

#include <xtgrad/autograd/kernels/elementwise.hpp>
#include <xtgrad/autograd/kernels/fold.hpp>
#include <xtgrad/autograd/kernels/gathered_product.hpp>
#include <xtgrad/autograd/kernels/pooling_lanes.hpp>
#include <xtgrad/autograd/kernels/selected_lanes.hpp>
#include <xtgrad/autograd/kernels/update.hpp>
#include <xtgrad/autograd/primitives/activation.hpp>
#include <xtgrad/autograd/primitives/arithmetic.hpp>
#include <xtgrad/autograd/primitives/cotangent.hpp>
#include <xtgrad/autograd/primitives/rounding.hpp>
#include <xtgrad/autograd/primitives/selection.hpp>
#include <xtgrad/autograd/primitives/transcendental.hpp>
#include <xtgrad/autograd/primitives/trigonometric.hpp>

namespace xtgrad::kernels::inline XTGRAD_TARGET {

namespace {

template <Scalar T>
constexpr Table<T> make_table() {
    return {own_kernels_of<T>(VectorPrimitives{}),
            {&fold<SumFold, T>, &fold<AmaxFold, T>, &fold<AminFold, T>, &fold_logsumexp<T>, &fold<ProdFold, T>},
            &accumulate<T>,
            {Lanes<T>::width, panel_vectors * Lanes<T>::width, &multiply_gathered<T>, &pack<T>, &unpack<T>, &pool_lanes<T>, &gather_scaled<T>,
             &scatter_scaled<T>},
            {&max_pool_planes<T, std::uint8_t>, &max_pool_planes<T, std::uint32_t>},
            &descend<T>,
            &descend_with_momentum<T>,
            &adam<T>};
}

} // namespace

extern const Table<float>  float_table;
extern const Table<double> double_table;

constinit const Table<float>  float_table  = make_table<float>();
constinit const Table<double> double_table = make_table<double>();

} // namespace xtgrad::kernels::inline XTGRAD_TARGET
