#pragma once

// All elementwise formulas, as autograd/formulas.hpp lists them.
#include <xtgrad/autograd/formulas/activation.hpp>
#include <xtgrad/autograd/formulas/arithmetic.hpp>
#include <xtgrad/autograd/formulas/special.hpp>
