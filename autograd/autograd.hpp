#pragma once

#include <xtgrad/array/threads.hpp>
#include <xtgrad/autograd/checkpoint.hpp>
#include <xtgrad/autograd/custom.hpp>
#include <xtgrad/autograd/functional.hpp>
#include <xtgrad/autograd/functions/contraction.hpp>
#include <xtgrad/autograd/gradcheck.hpp>
#include <xtgrad/autograd/gradients.hpp>
#include <xtgrad/autograd/jacobian.hpp>
#include <xtgrad/autograd/numeric_derivative.hpp>
#include <xtgrad/autograd/parameter.hpp>
#include <xtgrad/autograd/program.hpp>
#include <xtgrad/autograd/strong_zero.hpp>
#include <xtgrad/autograd/tape.hpp>
#include <xtgrad/autograd/triple_check.hpp>
#include <xtgrad/autograd/variable.hpp>
