#pragma once

// The overloads that a function over axes needs. functions.hpp undefines them.

// xtensor's reducers are unconstrained templates; under `using namespace xt` they win against any conversion. These are the signatures that
// win against each of theirs: all axes, axes in braces, one axis, an Axes object, a vector, each with and without keep_dims. By value, because a
// reference to const loses against theirs.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_REDUCER_TO(name, Result, compute)                                                                                                     \
    friend Result name(Self x, SourceLocation where = {}) { return compute(x, Axes::every(), false, where); }                                        \
    friend Result name(Self x, KeepDims, SourceLocation where = {}) { return compute(x, Axes::every(), true, where); }                               \
    friend Result name(Self x, Axes axes, SourceLocation where = {}) { return compute(x, axes, false, where); }                                      \
    friend Result name(Self x, Axes axes, KeepDims, SourceLocation where = {}) { return compute(x, axes, true, where); }                             \
    template <std::integral I>                                                                                                                       \
    friend Result name(Self x, I axis, SourceLocation where = {}) {                                                                                  \
        return compute(x, axis, false, where);                                                                                                       \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend Result name(Self x, I axis, KeepDims, SourceLocation where = {}) {                                                                        \
        return compute(x, axis, true, where);                                                                                                        \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend Result name(Self x, std::vector<I> axes, SourceLocation where = {}) {                                                                     \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), false, where);                                                               \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend Result name(Self x, std::vector<I> axes, KeepDims, SourceLocation where = {}) {                                                           \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), true, where);                                                                \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend Result name(Self x, const I(&axes)[N], SourceLocation where = {}) {                                                                       \
        return compute(x, std::vector<Index>(axes, axes + N), false, where);                                                                         \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend Result name(Self x, const I(&axes)[N], KeepDims, SourceLocation where = {}) {                                                             \
        return compute(x, std::vector<Index>(axes, axes + N), true, where);                                                                          \
    }
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_REDUCER(name, compute) XTGRAD_REDUCER_TO(name, V, compute)

// The same for a function with an integer after the axes, as the delta degrees of freedom of a variance are; it is passed on last.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_REDUCER_WITH_INTEGER(name, compute)                                                                                                   \
    template <std::integral D>                                                                                                                       \
    friend V name(Self x, Axes axes, D integer, SourceLocation where = {}) {                                                                         \
        return compute(x, axes, false, where, static_cast<Index>(integer));                                                                          \
    }                                                                                                                                                \
    template <std::integral D>                                                                                                                       \
    friend V name(Self x, Axes axes, D integer, KeepDims, SourceLocation where = {}) {                                                               \
        return compute(x, axes, true, where, static_cast<Index>(integer));                                                                           \
    }                                                                                                                                                \
    template <std::integral I, std::integral D>                                                                                                      \
    friend V name(Self x, I axis, D integer, SourceLocation where = {}) {                                                                            \
        return compute(x, axis, false, where, static_cast<Index>(integer));                                                                          \
    }                                                                                                                                                \
    template <std::integral I, std::integral D>                                                                                                      \
    friend V name(Self x, I axis, D integer, KeepDims, SourceLocation where = {}) {                                                                  \
        return compute(x, axis, true, where, static_cast<Index>(integer));                                                                           \
    }                                                                                                                                                \
    template <std::integral I, std::integral D>                                                                                                      \
    friend V name(Self x, std::vector<I> axes, D integer, SourceLocation where = {}) {                                                               \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), false, where, static_cast<Index>(integer));                                  \
    }                                                                                                                                                \
    template <std::integral I, std::integral D>                                                                                                      \
    friend V name(Self x, std::vector<I> axes, D integer, KeepDims, SourceLocation where = {}) {                                                     \
        return compute(x, std::vector<Index>(axes.begin(), axes.end()), true, where, static_cast<Index>(integer));                                   \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N, std::integral D>                                                                                       \
    friend V name(Self x, const I(&axes)[N], D integer, SourceLocation where = {}) {                                                                 \
        return compute(x, std::vector<Index>(axes, axes + N), false, where, static_cast<Index>(integer));                                            \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N, std::integral D>                                                                                       \
    friend V name(Self x, const I(&axes)[N], D integer, KeepDims, SourceLocation where = {}) {                                                       \
        return compute(x, std::vector<Index>(axes, axes + N), true, where, static_cast<Index>(integer));                                             \
    }

// And for a function with an option between the array and the axes, as the order of a norm is. One axis and axes in braces have forms of their
// own here too, because a literal 0 would be a SourceLocation as well as it would be Axes.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define XTGRAD_REDUCER_OF(name, Option, option, compute)                                                                                             \
    friend V name(Self x, Option option, SourceLocation where = {}) { return compute(x, Axes::every(), false, where, option); }                      \
    friend V name(Self x, Option option, KeepDims, SourceLocation where = {}) { return compute(x, Axes::every(), true, where, option); }             \
    friend V name(Self x, Option option, Axes axes, SourceLocation where = {}) { return compute(x, axes, false, where, option); }                    \
    friend V name(Self x, Option option, Axes axes, KeepDims, SourceLocation where = {}) { return compute(x, axes, true, where, option); }           \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, Option option, I axis, SourceLocation where = {}) {                                                                        \
        return compute(x, axis, false, where, option);                                                                                               \
    }                                                                                                                                                \
    template <std::integral I>                                                                                                                       \
    friend V name(Self x, Option option, I axis, KeepDims, SourceLocation where = {}) {                                                              \
        return compute(x, axis, true, where, option);                                                                                                \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, Option option, const I(&axes)[N], SourceLocation where = {}) {                                                             \
        return compute(x, std::vector<Index>(axes, axes + N), false, where, option);                                                                 \
    }                                                                                                                                                \
    template <std::integral I, std::size_t N>                                                                                                        \
    friend V name(Self x, Option option, const I(&axes)[N], KeepDims, SourceLocation where = {}) {                                                   \
        return compute(x, std::vector<Index>(axes, axes + N), true, where, option);                                                                  \
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
