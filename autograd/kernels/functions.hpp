#pragma once

// Every function of lanes that primitives call, by subject.

#include <xtgrad/autograd/kernels/cardinal_sine.hpp>
#include <xtgrad/autograd/kernels/error_function.hpp>
#include <xtgrad/autograd/kernels/gamma_function.hpp>
#include <xtgrad/autograd/kernels/hyperbolic.hpp>
#include <xtgrad/autograd/kernels/inverse_trigonometry.hpp>
#include <xtgrad/autograd/kernels/lanes.hpp>
#include <xtgrad/autograd/kernels/powers.hpp>
#include <xtgrad/autograd/kernels/rounding.hpp>
#include <xtgrad/autograd/kernels/scalar_lanes.hpp>
