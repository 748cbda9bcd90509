#pragma once

#include <iostream>

#include <doctest/doctest.h>
#include <xtgrad/autograd.hpp>
#include <xtgrad/datasets.hpp>
#include <xtgrad/handwritten.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

#include "page.hpp"
