#pragma once

// The overloads that a function over axes needs. functions.hpp undefines them.

// xtensor's reducers are unconstrained templates; under `using namespace xt` they win against any conversion. These are the signatures that
// win against each of theirs: all axes, axes in braces, one axis, an Axes object, a vector, each with and without keep_dims. By value, because a
// reference to const loses against theirs.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_REDUCER(name, compute)                                                                                                                \
    friend V name(Self x, SourceLocation where = {}) { return compute(x, Axes::every(), false, where); }                                             \
    friend V name(Self x, KeepDims, SourceLocation where = {}) { return compute(x, Axes::every(), true, where); }                                    \
    friend V name(Self x, Axes axes, SourceLocation where = {}) { return compute(x, axes, false, where); }                                           \
    friend V name(Self x, Axes axes, KeepDims, SourceLocation where = {}) { return compute(x, axes, true, where); }                                  \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, I axis, SourceLocation where = {}) {                                                                                       \
        return compute(x, axis, false, where);                                                                                                       \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, I axis, KeepDims, SourceLocation where = {}) {                                                                             \
        return compute(x, axis, true, where);                                                                                                        \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, std::vector<I> axes, SourceLocation where = {}) {                                                                          \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), false, where);                                                               \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, std::vector<I> axes, KeepDims, SourceLocation where = {}) {                                                                \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), true, where);                                                                \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, const I(&axes)[N], SourceLocation where = {}) {                                                                            \
        return compute(x, std::vector<Index>(axes, axes + N), false, where);                                                                         \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, const I(&axes)[N], KeepDims, SourceLocation where = {}) {                                                                  \
        return compute(x, std::vector<Index>(axes, axes + N), true, where);                                                                          \
    }

// The same for a function of axes without keep_dims. std::size_t is the type of xtensor's own; braces with nothing in them are no axes, and not
// axis 0.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_OF_AXES(name, compute)                                                                                                                \
    friend V name(Self x, SourceLocation where = {}) { return compute(x, Axes::every(), where); }                                                    \
    friend V name(Self x, Axes axes, SourceLocation where = {}) { return compute(x, axes, where); }                                                  \
    friend V name(Self x, std::size_t axis, SourceLocation where = {}) { return compute(x, axis, where); }                                           \
    friend V name(Self x, std::initializer_list<NoAxis>, SourceLocation where = {}) { return compute(x, Axes(), where); }                            \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, I axis, SourceLocation where = {}) {                                                                                       \
        return compute(x, axis, where);                                                                                                              \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, std::vector<I> axes, SourceLocation where = {}) {                                                                          \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), where);                                                                      \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, const I(&axes)[N], SourceLocation where = {}) {                                                                            \
        return compute(x, std::vector<Index>(axes, axes + N), where);                                                                                \
    }
