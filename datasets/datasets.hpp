#pragma once

#include <xtgrad/datasets/array_dataset.hpp>
#include <xtgrad/datasets/batches.hpp>
#include <xtgrad/datasets/dataset.hpp>
#include <xtgrad/datasets/gates.hpp>
#include <xtgrad/datasets/idx.hpp>
#include <xtgrad/datasets/image_set.hpp>
#include <xtgrad/datasets/mnist.hpp>
