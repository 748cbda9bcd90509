#include <xtgrad/autograd/kernels/selected_convolution.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include <xtgrad/autograd/kernels/layout.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {

namespace {

// Images whose frames are read or written by turns stay in a first-level cache together.
constexpr std::size_t bytes_at_once = std::size_t{1} << 14;

template <class T>
bool all_finite(const T* x, std::size_t count) {
    using Bits              = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Bits exponent = sizeof(T) == 4 ? Bits{0xff} << 23 : Bits{0x7ff} << 52;
    Bits           found    = 0;
    for (std::size_t place = 0; place < count; ++place) {
        found |= (std::bit_cast<Bits>(x[place]) & exponent) == exponent ? Bits{1} : Bits{0};
    }
    return found == 0;
}

// A kernel over frames whose channels lie innermost: runs of elements that follow each other in memory, in vectors.
struct Runs {
    Runs(const Convolution& c, const Layout& layout, std::size_t vector_width)
        : wide(c.dilation.width == 1), width(vector_width), count(wide ? c.kernel.height : layout.taps),
          length(wide ? c.kernel.width * c.in_channels : c.in_channels), vectors_of_one((length + width - 1) / width), steps(count),
          elements(layout.terms), vector_places(elements), weight_places(elements) {
        for (std::size_t run = 0; run < count; ++run) {
            const std::size_t tap = wide ? run * c.kernel.width : run;
            const std::size_t y = tap / c.kernel.width * c.dilation.height, x = tap % c.kernel.width * c.dilation.width;
            steps[run] = static_cast<Index>((y * layout.frame.width + x) * c.in_channels);
            for (std::size_t place = 0; place < length; ++place) {
                const std::size_t element = run * length + place;
                vector_places[element]    = static_cast<Index>(run * vectors_of_one * width + place);
                weight_places[element]    = static_cast<Index>(place % c.in_channels * layout.taps + (wide ? tap + place / c.in_channels : tap));
            }
        }
    }

    std::size_t size() const { return count * vectors_of_one * width; }

    // The weight of one output, as it lies, and its runs, whose other elements are left alone.
    template <class T>
    void from_weight(const T* weight, T* vectors) const {
        for (std::size_t element = 0; element < elements; ++element) vectors[vector_places[element]] = weight[weight_places[element]];
    }
    template <class T>
    void to_weight(const T* vectors, T* weight) const {
        for (std::size_t element = 0; element < elements; ++element) weight[weight_places[element]] = vectors[vector_places[element]];
    }

    bool           wide; // a row of the kernel is one run
    std::size_t    width, count, length, vectors_of_one;
    Scratch<Index> steps;
    std::size_t    elements;
    Scratch<Index> vector_places, weight_places;
};

// Where in a frame the corner of the kernel lies for each window and each winner.
struct Corners {
    Corners(const Convolution& c, const Layout& layout, const Pooling& p) : of_window(area(p.result)), of_winner(area(p.window)) {
        const auto row    = static_cast<Index>(c.stride.height * layout.frame.width * c.in_channels);
        const auto column = static_cast<Index>(c.stride.width * c.in_channels);
        for (std::size_t place = 0; place < area(p.result); ++place) {
            const auto y     = static_cast<Index>(place / p.result.width * p.stride.height) - static_cast<Index>(p.padding.height);
            const auto x     = static_cast<Index>(place % p.result.width * p.stride.width) - static_cast<Index>(p.padding.width);
            of_window[place] = y * row + x * column;
        }
        for (std::size_t place = 0; place < area(p.window); ++place) {
            of_winner[place] = static_cast<Index>(place / p.window.width * p.dilation.height) * row +
                               static_cast<Index>(place % p.window.width * p.dilation.width) * column;
        }
    }

    Scratch<Index> of_window, of_winner;
};

// By the bits, as comparing costs a test for NaN as well.
template <class T>
bool is_zero(T x) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    return static_cast<Bits>(std::bit_cast<Bits>(x) << 1) == 0;
}

// The selected places of one output in a few images, with their cotangents.
template <class T>
struct Entries {
    Index*      places;
    T*          factors;
    std::size_t count = 0;

    template <class Winner>
    void add(const Corners& corners, const Winner* winners, const T* g, std::size_t results, Index frame, bool keep_zeros) {
        const Index* const of_window = corners.of_window.data();
        const Index* const of_winner = corners.of_winner.data();
        Index* const       to        = places;
        T* const           factor    = factors;
        std::size_t        last      = count;
        for (std::size_t result = 0; result < results; ++result) {
            to[last]     = of_window[result] + of_winner[winners[result]] + frame;
            factor[last] = g[result];
            last += static_cast<std::size_t>(keep_zeros || !is_zero(g[result]));
        }
        count = last;
    }
};

// An image's channels innermost, in a frame whose border is there already.
template <class T>
void to_frame(const Convolution& c, const Layout& layout, const T* image, T* frame) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const std::size_t            strips  = layout.padded ? c.image.height : 1;
    const std::size_t            length  = area(c.image) / strips;
    for (std::size_t strip = 0; strip < strips; ++strip) {
        const T* const from = image + strip * length;
        T* const       to   = frame + ((strip + c.padding.height) * layout.frame.width + c.padding.width) * c.in_channels;
        if (c.in_channels % kernels.width == 0) {
            kernels.pack({.from          = from,
                          .channels      = c.in_channels,
                          .columns       = length,
                          .from_step     = area(c.image),
                          .to            = to,
                          .first_column  = 0,
                          .panel_columns = length,
                          .to_step       = c.in_channels});
        } else {
            for (std::size_t channel = 0; channel < c.in_channels; ++channel) {
                for (std::size_t place = 0; place < length; ++place) to[place * c.in_channels + channel] = from[channel * area(c.image) + place];
            }
        }
    }
}

template <class T>
void from_frame(const Convolution& c, const Layout& layout, const T* frame, T* image) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const std::size_t            strips  = layout.padded ? c.image.height : 1;
    const std::size_t            length  = area(c.image) / strips;
    for (std::size_t strip = 0; strip < strips; ++strip) {
        const T* const from = frame + ((strip + c.padding.height) * layout.frame.width + c.padding.width) * c.in_channels;
        T* const       to   = image + strip * length;
        if (c.in_channels % kernels.width == 0) {
            kernels.unpack({from, length, c.in_channels, c.in_channels, to, area(c.image)});
        } else {
            for (std::size_t channel = 0; channel < c.in_channels; ++channel) {
                for (std::size_t place = 0; place < length; ++place) to[channel * area(c.image) + place] = from[place * c.in_channels + channel];
            }
        }
    }
}

// The cotangent of the whole convolution.
template <class T>
Scratch<T> spread(const Convolution& c, const Selection& selection, const T* g) {
    Scratch<T> whole(c.batch * c.groups * c.out_channels * area(c.result));
    scatter_to_winners<T>(selection.pooling, selection.winners, g, whole.data());
    return whole;
}

} // namespace

template <Scalar T>
void convolve_selected(const Convolution& c, const Selection& selection, const T* x, const T* weight, T* y) {
    const Scratch<T> whole(c.batch * c.groups * c.out_channels * area(c.result));
    convolve<T>(c, x, weight, nullptr, whole.data());
    gather_winners<T>(selection.pooling, selection.winners, whole.data(), y);
}

template <Scalar T>
void selected_input_gradient(const Convolution& c, const Selection& selection, const T* g, const T* weight, T* dx) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const Layout                 layout(c, kernels.width);
    const Runs                   runs(c, layout, kernels.width);
    const std::size_t            results = area(selection.pooling.result);
    const std::size_t            outputs = c.groups * c.out_channels;
    const bool                   filled  = runs.length % kernels.width != 0;
    // An element costs twice what it costs in a product of all. And the zeros that fill up vectors must stay zeros.
    if (3 * results > layout.positions || (filled && !all_finite(g, c.batch * outputs * results))) {
        convolution_input_gradient<T>(c, spread(c, selection, g).data(), weight, dx);
        return;
    }
    const bool       keep_zeros = !all_finite(weight, outputs * layout.terms);
    const Corners    corners(c, layout, selection.pooling);
    const Scratch<T> packed(outputs * runs.size());
    for_each_part(part_count(outputs, outputs * runs.size()), outputs, [&](std::size_t, std::size_t begin, std::size_t end) {
        std::fill(packed.data() + begin * runs.size(), packed.data() + end * runs.size(), T{0});
        for (std::size_t output = begin; output < end; ++output)
            runs.from_weight(weight + output * layout.terms, packed.data() + output * runs.size());
    });
    const std::size_t    parts = part_count(c.batch);
    const std::size_t    frame = area(layout.frame) * c.in_channels;
    const std::size_t    size  = frame + kernels.width * (c.in_channels + 1);
    const Scratch<T>     all_frames(parts * size), all_factors(parts * results);
    const Scratch<Index> all_places(parts * results);
    for_each_part(parts, c.batch, [&](std::size_t part, std::size_t begin, std::size_t end) {
        T* const to = all_frames.data() + part * size;
        for (std::size_t pair = begin * c.groups; pair < end * c.groups; ++pair) {
            std::fill_n(to, size, T{0});
            for (std::size_t output = pair * c.out_channels; output < (pair + 1) * c.out_channels; ++output) {
                Entries<T> entries{all_places.data() + part * results, all_factors.data() + part * results};
                selection.winners.visit(
                    [&](const auto* winners) { entries.add(corners, winners + output * results, g + output * results, results, 0, keep_zeros); });
                kernels.scatter_scaled({.places  = entries.places,
                                        .factors = entries.factors,
                                        .count   = entries.count,
                                        .steps   = runs.steps.data(),
                                        .runs    = runs.count,
                                        .length  = runs.vectors_of_one,
                                        .from    = packed.data() + output % outputs * runs.size(),
                                        .to      = to});
            }
            from_frame(c, layout, to, dx + pair * c.in_channels * area(c.image));
        }
    });
}

template <Scalar T>
void selected_weight_gradient(const Convolution& c, const Selection& selection, const T* x, const T* g, T* dweight) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const Layout                 layout(c, kernels.width);
    const Runs                   runs(c, layout, kernels.width);
    const std::size_t            results = area(selection.pooling.result);
    const std::size_t            outputs = c.groups * c.out_channels;
    if (2 * results > layout.positions) {
        convolution_weight_gradient<T>(c, x, spread(c, selection, g).data(), dweight);
        return;
    }
    const Corners     corners(c, layout, selection.pooling);
    const std::size_t frame   = area(layout.frame) * c.in_channels;
    const std::size_t shares  = weight_gradient_shares(c, outputs * runs.size());
    const std::size_t at_once = std::clamp<std::size_t>(bytes_at_once / sizeof(T) / frame, 1, std::max<std::size_t>(1, c.batch / shares));
    // Where the batch is one share, the outputs of each group are shared out; each is a sum of its own.
    const std::size_t    slices = shares == 1 ? std::min<std::size_t>(c.out_channels, 16) : 1;
    const std::size_t    parts  = part_count(shares * slices);
    const std::size_t    size   = at_once * frame + kernels.width;
    const Scratch<T>     sums(shares * outputs * runs.size()), all_frames(parts * size), all_factors(parts * at_once * results);
    const Scratch<Index> all_places(parts * at_once * results);
    std::fill_n(all_frames.data(), parts * size, T{0});
    for_each_part(parts, shares * slices, [&](std::size_t part, std::size_t begin, std::size_t end) {
        T* const frames = all_frames.data() + part * size;
        for (std::size_t share = begin / slices; share * slices < end; ++share) {
            const std::size_t from_output = share == begin / slices ? begin % slices * c.out_channels / slices : 0;
            const std::size_t to_output   = (std::min(end, (share + 1) * slices) - share * slices) * c.out_channels / slices;
            const std::size_t stop        = (share + 1) * c.batch / shares;
            T* const          own_sums    = sums.data() + share * outputs * runs.size();
            for (std::size_t group = 0; group < c.groups; ++group) {
                T* const of_group = own_sums + group * c.out_channels * runs.size();
                std::fill(of_group + from_output * runs.size(), of_group + to_output * runs.size(), T{0});
            }
            for (std::size_t first = share * c.batch / shares; first < stop; first += at_once) {
                const std::size_t images = std::min(at_once, stop - first);
                for (std::size_t group = 0; group < c.groups; ++group) {
                    for (std::size_t image = 0; image < images; ++image)
                        to_frame(c, layout, x + ((first + image) * c.groups + group) * c.in_channels * area(c.image), frames + image * frame);
                    const bool keep_zeros = !all_finite(frames, images * frame);
                    for (std::size_t output = group * c.out_channels + from_output; output < group * c.out_channels + to_output; ++output) {
                        Entries<T> entries{all_places.data() + part * at_once * results, all_factors.data() + part * at_once * results};
                        for (std::size_t image = 0; image < images; ++image) {
                            const std::size_t at = ((first + image) * outputs + output) * results;
                            selection.winners.visit([&](const auto* winners) {
                                entries.add(corners, winners + at, g + at, results, static_cast<Index>(image * frame), keep_zeros);
                            });
                        }
                        kernels.gather_scaled({.places  = entries.places,
                                               .factors = entries.factors,
                                               .count   = entries.count,
                                               .steps   = runs.steps.data(),
                                               .runs    = runs.count,
                                               .length  = runs.vectors_of_one,
                                               .from    = frames,
                                               .to      = own_sums + output * runs.size()});
                    }
                }
            }
        }
    });
    for_each_part(part_count(outputs, shares * outputs * runs.size()), outputs, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t output = begin; output < end; ++output) {
            T* const sum = sums.data() + output * runs.size();
            for (std::size_t share = 1; share < shares; ++share) table<T>().accumulate(sum, sum + share * outputs * runs.size(), runs.size());
            runs.to_weight(sum, dweight + output * layout.terms);
        }
    });
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template void convolve_selected<T>(const Convolution&, const Selection&, const T*, const T*, T*);                                                \
    template void selected_input_gradient<T>(const Convolution&, const Selection&, const T*, const T*, T*);                                          \
    template void selected_weight_gradient<T>(const Convolution&, const Selection&, const T*, const T*, T*);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::kernels
