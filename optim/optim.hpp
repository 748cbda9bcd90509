#pragma once

#include <xtgrad/optim/adam.hpp>
#include <xtgrad/optim/sgd.hpp>
