#pragma once

/// Backpropagation by hand, on plain arrays and without a tape: layers and costs that know their own derivatives, and the network of augmented
/// weight matrices.
#include <xtgrad/handwritten/activation.hpp>
#include <xtgrad/handwritten/augmented_network.hpp>
#include <xtgrad/handwritten/augmented_training.hpp>
#include <xtgrad/handwritten/cost.hpp>
#include <xtgrad/handwritten/labels.hpp>
#include <xtgrad/handwritten/layer.hpp>
#include <xtgrad/handwritten/training.hpp>
