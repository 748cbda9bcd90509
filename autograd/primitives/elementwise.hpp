#pragma once

// All elementwise primitives, as autograd/primitives.hpp lists them.
#include <xtgrad/autograd/primitives/activation.hpp>
#include <xtgrad/autograd/primitives/arithmetic.hpp>
#include <xtgrad/autograd/primitives/cotangent.hpp>
#include <xtgrad/autograd/primitives/rounding.hpp>
#include <xtgrad/autograd/primitives/selection.hpp>
#include <xtgrad/autograd/primitives/special.hpp>
#include <xtgrad/autograd/primitives/transcendental.hpp>
#include <xtgrad/autograd/primitives/trigonometric.hpp>
