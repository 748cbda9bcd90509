#pragma once

#include <xtgrad/nn/activations.hpp>
#include <xtgrad/nn/checkpoint.hpp>
#include <xtgrad/nn/convolution.hpp>
#include <xtgrad/nn/initializers.hpp>
#include <xtgrad/nn/layers.hpp>
#include <xtgrad/nn/losses.hpp>
#include <xtgrad/nn/parameters.hpp>
