#pragma once

#include <xtgrad/array/error.hpp>

namespace xtgrad {

/// A compiled program met values with which the function would have gone another way: `where()` is the line on which the function looked at
/// them. The program has changed nothing; compile the function again.
class GuardError : public Error {
public:
    using Error::Error;
};

} // namespace xtgrad
