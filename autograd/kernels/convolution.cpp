#include <xtgrad/autograd/kernels/convolution.hpp>

#include <algorithm>
#include <limits>

#include <xtgrad/autograd/kernels/layout.hpp>
#include <xtgrad/autograd/kernels/pointwise_convolution.hpp>
#include <xtgrad/autograd/kernels/selected_convolution.hpp>
#include <xtgrad/autograd/kernels/table.hpp>

namespace xtgrad::kernels {

namespace {

// Small images are taken several at a time, so that a block of the product has this many positions.
constexpr std::size_t positions_at_once = 64;

std::size_t images_at_once(const Layout& layout, std::size_t images) {
    return std::clamp<std::size_t>(positions_at_once / layout.positions, 1, std::max<std::size_t>(images, 1));
}

// The offset in a frame of the corner of the kernel at each position, in elements of `element` numbers, for several images.
Scratch<Index> corners(const Convolution& c, const Layout& layout, std::size_t images, std::size_t image_step, std::size_t element) {
    Scratch<Index> offsets(images * layout.positions);
    Index*         offset = offsets.data();
    for (std::size_t image = 0; image < images; ++image) {
        for (std::size_t y = 0; y < c.result.height; ++y) {
            for (std::size_t x = 0; x < c.result.width; ++x)
                *offset++ = static_cast<Index>(image * image_step + (y * c.stride.height * layout.frame.width + x * c.stride.width) * element);
        }
    }
    return offsets;
}

// The offset in a frame of each tap of the kernel from its corner.
std::size_t tap_offset(const Convolution& c, const Layout& layout, std::size_t tap) {
    return tap / c.kernel.width * c.dilation.height * layout.frame.width + tap % c.kernel.width * c.dilation.width;
}

// The offsets of everything under the kernel, channel after channel as the weight has them.
Scratch<Index> under_kernel(const Convolution& c, const Layout& layout) {
    Scratch<Index> offsets(layout.terms);
    for (std::size_t term = 0; term < layout.terms; ++term)
        offsets[term] = static_cast<Index>(term / layout.taps * area(layout.frame) + tap_offset(c, layout, term % layout.taps));
    return offsets;
}

// The frames of a few images of one group; without padding they are the images themselves.
template <class T>
class Frames {
public:
    // For so many images at once, in each part.
    Frames(const Convolution& c, const Layout& layout, std::size_t images, std::size_t parts)
        : c_(c), layout_(layout), size_(layout.padded ? images * image_step() : 0), scratch_(parts * size_) {
        std::fill_n(scratch_.data(), parts * size_, T{0});
    }

    // From image to image.
    std::size_t image_step() const { return layout_.padded ? c_.in_channels * area(layout_.frame) : c_.groups * c_.in_channels * area(c_.image); }

    const T* of(const T* x, std::size_t part, std::size_t first, std::size_t images, std::size_t group) const {
        const std::size_t channel = c_.in_channels * area(c_.image);
        const T* const    from    = x + (first * c_.groups + group) * channel;
        if (!layout_.padded) return from;
        T* const to = scratch_.data() + part * size_;
        for (std::size_t image = 0; image < images; ++image) {
            for (std::size_t row = 0; row < c_.in_channels * c_.image.height; ++row) {
                const std::size_t y = row / c_.image.height * layout_.frame.height + row % c_.image.height + c_.padding.height;
                std::copy_n(from + image * c_.groups * channel + row * c_.image.width, c_.image.width,
                            to + image * image_step() + y * layout_.frame.width + c_.padding.width);
            }
        }
        return to;
    }

private:
    const Convolution& c_;
    const Layout&      layout_;
    std::size_t        size_;
    Scratch<T>         scratch_;
};

// What is under one group of kernels, ready to be multiplied: a panel of columns for each element under the kernel.
template <class T>
Scratch<T> packed_weight(const Convolution& c, const Layout& layout, const T* weight) {
    Scratch<T> packed(c.groups * layout.out_lanes * layout.terms);
    for (std::size_t group = 0; group < c.groups; ++group) {
        table<T>().convolution.pack({.from          = weight + group * c.out_channels * layout.terms,
                                     .channels      = c.out_channels,
                                     .columns       = layout.terms,
                                     .from_step     = layout.terms,
                                     .to            = packed.data() + group * layout.out_lanes * layout.terms,
                                     .first_column  = 0,
                                     .panel_columns = layout.terms});
    }
    return packed;
}

// For each tap a matrix [output channel, input channel] in panels.
template <class T>
Scratch<T> packed_taps(const Convolution& c, const Layout& layout, const T* weight, std::size_t panel) {
    const std::size_t size = c.out_channels * layout.in_lanes;
    Scratch<T>        packed(c.groups * layout.taps * size);
    std::fill_n(packed.data(), c.groups * layout.taps * size, T{0});
    for (std::size_t group = 0; group < c.groups; ++group) {
        for (std::size_t in = 0; in < c.in_channels; ++in) {
            const std::size_t first = in / panel * panel;
            const std::size_t width = std::min(panel, layout.in_lanes - first);
            for (std::size_t tap = 0; tap < layout.taps; ++tap) {
                T* const       to   = packed.data() + (group * layout.taps + tap) * size + first * c.out_channels + (in - first);
                const T* const from = weight + group * c.out_channels * layout.terms + in * layout.taps + tap;
                for (std::size_t out = 0; out < c.out_channels; ++out) to[out * width] = from[out * layout.terms];
            }
        }
    }
    return packed;
}

// Calls finish(part, sums, image, group) for each image and group: its positions, each with a lane for each output.
template <Scalar T, class Finish>
void convolve_images(const Convolution& c, const Layout& layout, std::size_t parts, const T* x, const T* weight, const T* bias,
                     const Finish& finish) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const std::size_t            at_once = images_at_once(layout, c.batch);
    const Scratch<T>             packed  = packed_weight(c, layout, weight);
    const Scratch<T>             start(c.groups * layout.out_lanes);
    std::fill_n(start.data(), c.groups * layout.out_lanes, T{0});
    for (std::size_t group = 0; bias != nullptr && group < c.groups; ++group)
        std::copy_n(bias + group * c.out_channels, c.out_channels, start.data() + group * layout.out_lanes);
    const Scratch<Index> terms   = under_kernel(c, layout);
    const Scratch<Index> targets = multiples(at_once * layout.positions, layout.out_lanes);
    const Frames<T>      frames(c, layout, at_once, parts);
    const Scratch<Index> rows = corners(c, layout, at_once, frames.image_step(), 1);
    const std::size_t    size = (at_once * layout.positions + kernels.width) * layout.out_lanes;
    const Scratch<T>     all_sums(parts * size);
    for_each_part(parts, c.batch, [&](std::size_t part, std::size_t begin, std::size_t end) {
        T* const sums = all_sums.data() + part * size;
        for (std::size_t first = begin; first < end; first += at_once) {
            const std::size_t images = std::min(at_once, end - first);
            for (std::size_t group = 0; group < c.groups; ++group) {
                kernels.multiply({.source     = frames.of(x, part, first, images, group),
                                  .rows       = rows.data(),
                                  .row_count  = images * layout.positions,
                                  .terms      = terms.data(),
                                  .term_count = layout.terms,
                                  .matrix     = packed.data() + group * layout.out_lanes * layout.terms,
                                  .lanes      = layout.out_lanes,
                                  .out        = sums,
                                  .targets    = targets.data(),
                                  .start      = start.data() + group * layout.out_lanes});
                for (std::size_t image = 0; image < images; ++image)
                    finish(part, sums + image * layout.positions * layout.out_lanes, first + image, group);
            }
        }
    });
}

// What lies under each window of a pooling of the positions, for LanePooling.
template <class T>
struct WindowRows {
    WindowRows(const Pooling& p, std::size_t lanes)
        : starts(area(p.result) + 1), places(area(p.result) * area(p.window)), numbers(area(p.result) * area(p.window)) {
        std::size_t result = 0, place = 0;
        for (std::size_t row = 0; row < p.result.height; ++row) {
            for (std::size_t column = 0; column < p.result.width; ++column) {
                starts[result++] = place;
                for (std::size_t number = 0; number < area(p.window); ++number) {
                    const std::size_t y = row * p.stride.height + number / p.window.width * p.dilation.height;
                    const std::size_t x = column * p.stride.width + number % p.window.width * p.dilation.width;
                    if (y < p.padding.height || y >= p.image.height + p.padding.height) continue;
                    if (x < p.padding.width || x >= p.image.width + p.padding.width) continue;
                    places[place]    = static_cast<Index>(((y - p.padding.height) * p.image.width + x - p.padding.width) * lanes);
                    numbers[place++] = static_cast<T>(number);
                }
            }
        }
        starts[result] = place;
    }

    Scratch<std::size_t> starts;
    Scratch<Index>       places;
    Scratch<T>           numbers;
};

} // namespace

template <Scalar T>
void convolve(const Convolution& c, const T* x, const T* weight, const T* bias, T* y) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    if (is_pointwise(c, kernels.width)) return convolve_pointwise<T>(c, x, weight, bias, y);
    const Layout layout(c, kernels.width);
    convolve_images<T>(c, layout, part_count(c.batch), x, weight, bias, [&](std::size_t, const T* sums, std::size_t image, std::size_t group) {
        kernels.unpack({.from      = sums,
                        .rows      = layout.positions,
                        .channels  = c.out_channels,
                        .from_step = layout.out_lanes,
                        .to        = y + (image * c.groups + group) * c.out_channels * layout.positions,
                        .to_step   = layout.positions});
    });
}

template <Scalar T>
void convolve_and_pool(const Convolution& c, const T* x, const T* weight, const T* bias, T* y, Selection& selection) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const Layout                 layout(c, kernels.width);
    const Pooling&               pooling = selection.pooling;
    const std::size_t            results = area(pooling.result);
    // Winners are counted in lanes, and T counts this far.
    if (area(pooling.window) > (std::size_t{1} << std::numeric_limits<T>::digits)) {
        const Scratch<T> whole(c.batch * c.groups * c.out_channels * layout.positions);
        convolve<T>(c, x, weight, bias, whole.data());
        max_pool<T>(pooling, whole.data(), y, selection.winners);
        return;
    }
    const WindowRows<T> windows(pooling, layout.out_lanes);
    const std::size_t   parts = part_count(c.batch);
    // Largest elements and their numbers as rows of lanes, then the numbers as channels.
    const std::size_t size = (results + kernels.width) * layout.out_lanes;
    const Scratch<T>  all_rows(3 * parts * size);
    convolve_images<T>(c, layout, parts, x, weight, bias, [&](std::size_t part, const T* sums, std::size_t image, std::size_t group) {
        T* const          best    = all_rows.data() + 3 * part * size;
        T* const          numbers = best + size;
        T* const          turned  = numbers + size;
        const std::size_t first   = (image * c.groups + group) * c.out_channels * results;
        kernels.pool({.rows    = sums,
                      .lanes   = layout.out_lanes,
                      .results = results,
                      .starts  = windows.starts.data(),
                      .places  = windows.places.data(),
                      .numbers = windows.numbers.data(),
                      .best    = best,
                      .winners = numbers});
        kernels.unpack({best, results, c.out_channels, layout.out_lanes, y + first, results});
        kernels.unpack({numbers, results, c.out_channels, layout.out_lanes, turned, results});
        selection.winners.visit([&](auto* winners) {
            // Bytes may be anything's, so that what they are not is copied.
            auto* const       to    = winners + first;
            const std::size_t count = c.out_channels * results;
            for (std::size_t place = 0; place < count; ++place) to[place] = winner_of<std::decay_t<decltype(*to)>>(turned[place]);
        });
    });
}

template <Scalar T>
void convolution_input_gradient(const Convolution& c, const T* g, const T* weight, T* dx) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    if (is_pointwise(c, kernels.width)) return pointwise_input_gradient<T>(c, g, weight, dx);
    const Layout         layout(c, kernels.width);
    const std::size_t    at_once = images_at_once(layout, c.batch);
    const Scratch<T>     packed  = packed_taps(c, layout, weight, kernels.panel);
    const std::size_t    frame   = area(layout.frame) * layout.in_lanes;
    const Scratch<Index> targets = corners(c, layout, at_once, frame, layout.in_lanes);
    const Scratch<Index> terms   = multiples(c.out_channels, layout.positions);
    const Scratch<Index> rows(at_once * layout.positions);
    for (std::size_t row = 0; row < at_once * layout.positions; ++row)
        rows[row] = static_cast<Index>(row / layout.positions * c.groups * c.out_channels * layout.positions + row % layout.positions);
    const std::size_t parts = part_count(c.batch);
    const std::size_t size  = at_once * frame + kernels.width * layout.in_lanes;
    const Scratch<T>  all_frames(parts * size);
    for_each_part(parts, c.batch, [&](std::size_t part, std::size_t begin, std::size_t end) {
        T* const frames = all_frames.data() + part * size;
        for (std::size_t first = begin; first < end; first += at_once) {
            const std::size_t images = std::min(at_once, end - first);
            for (std::size_t group = 0; group < c.groups; ++group) {
                std::fill_n(frames, images * frame, T{0});
                for (std::size_t tap = 0; tap < layout.taps; ++tap) {
                    kernels.multiply({.source     = g + (first * c.groups + group) * c.out_channels * layout.positions,
                                      .rows       = rows.data(),
                                      .row_count  = images * layout.positions,
                                      .terms      = terms.data(),
                                      .term_count = c.out_channels,
                                      .matrix     = packed.data() + (group * layout.taps + tap) * c.out_channels * layout.in_lanes,
                                      .lanes      = layout.in_lanes,
                                      .out        = frames + tap_offset(c, layout, tap) * layout.in_lanes,
                                      .targets    = targets.data(),
                                      .start      = nullptr});
                }
                // Without padding the frame's rows follow each other in the image as well.
                const std::size_t strips = layout.padded ? c.image.height : 1;
                const std::size_t length = area(c.image) / strips;
                for (std::size_t image = 0; image < images; ++image) {
                    for (std::size_t strip = 0; strip < strips; ++strip) {
                        const std::size_t corner = (strip + c.padding.height) * layout.frame.width + c.padding.width;
                        kernels.unpack({.from      = frames + image * frame + corner * layout.in_lanes,
                                        .rows      = length,
                                        .channels  = c.in_channels,
                                        .from_step = layout.in_lanes,
                                        .to        = dx + ((first + image) * c.groups + group) * c.in_channels * area(c.image) + strip * length,
                                        .to_step   = area(c.image)});
                    }
                }
            }
        }
    });
}

template <Scalar T>
void convolution_weight_gradient(const Convolution& c, const T* x, const T* g, T* dweight) {
    const ConvolutionKernels<T>& kernels = table<T>().convolution;
    const Layout                 layout(c, kernels.width);
    const std::size_t            shares  = weight_gradient_shares(c, c.groups * layout.out_lanes * layout.terms);
    const std::size_t            size    = layout.out_lanes * layout.terms;
    const Scratch<Index>         rows    = under_kernel(c, layout);
    const Scratch<Index>         targets = multiples(layout.terms, layout.out_lanes);
    const Scratch<T>             sums(shares * c.groups * size + kernels.width * layout.out_lanes);
    const std::size_t            at_once = images_at_once(layout, (c.batch + shares - 1) / shares);
    // Where the batch is one share, the rows of the weight are shared out; each is a sum of its own.
    const std::size_t    rows_at_once = shares == 1 ? 64 : layout.terms;
    const std::size_t    slices       = (layout.terms + rows_at_once - 1) / rows_at_once;
    const std::size_t    parts        = part_count(shares * slices);
    const Frames<T>      frames(c, layout, at_once, parts);
    const Scratch<Index> positions = corners(c, layout, at_once, frames.image_step(), 1);
    const std::size_t    pack_size = at_once * layout.positions * layout.out_lanes;
    const Scratch<T>     all_packed(parts * pack_size);
    for_each_part(parts, shares * slices, [&](std::size_t part, std::size_t begin, std::size_t end) {
        T* const packed = all_packed.data() + part * pack_size;
        for (std::size_t share = begin / slices; share * slices < end; ++share) {
            const std::size_t row  = share == begin / slices ? begin % slices * rows_at_once : 0;
            const std::size_t last = std::min(layout.terms, (std::min(end, (share + 1) * slices) - share * slices) * rows_at_once);
            const std::size_t stop = (share + 1) * c.batch / shares;
            T* const          own  = sums.data() + share * c.groups * size;
            for (std::size_t group = 0; group < c.groups; ++group)
                std::fill(own + group * size + row * layout.out_lanes, own + group * size + last * layout.out_lanes, T{0});
            for (std::size_t first = share * c.batch / shares; first < stop; first += at_once) {
                const std::size_t images = std::min(at_once, stop - first);
                for (std::size_t group = 0; group < c.groups; ++group) {
                    for (std::size_t image = 0; image < images; ++image) {
                        kernels.pack({.from          = g + ((first + image) * c.groups + group) * c.out_channels * layout.positions,
                                      .channels      = c.out_channels,
                                      .columns       = layout.positions,
                                      .from_step     = layout.positions,
                                      .to            = packed,
                                      .first_column  = image * layout.positions,
                                      .panel_columns = images * layout.positions});
                    }
                    kernels.multiply({.source     = frames.of(x, part, first, images, group),
                                      .rows       = rows.data() + row,
                                      .row_count  = last - row,
                                      .terms      = positions.data(),
                                      .term_count = images * layout.positions,
                                      .matrix     = packed,
                                      .lanes      = layout.out_lanes,
                                      .out        = own + group * size,
                                      .targets    = targets.data() + row,
                                      .start      = nullptr});
                }
            }
        }
    });
    for_each_part(part_count(c.groups * layout.terms, shares * c.groups * size), c.groups * layout.terms,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                      T* const to = sums.data() + begin * layout.out_lanes;
                      for (std::size_t share = 1; share < shares; ++share)
                          table<T>().accumulate(to, to + share * c.groups * size, (end - begin) * layout.out_lanes);
                  });
    for (std::size_t group = 0; group < c.groups; ++group) {
        kernels.unpack({.from      = sums.data() + group * size,
                        .rows      = layout.terms,
                        .channels  = c.out_channels,
                        .from_step = layout.out_lanes,
                        .to        = dweight + group * c.out_channels * layout.terms,
                        .to_step   = layout.terms});
    }
}

#define XTGRAD_INSTANTIATE(T)                                                                                                                        \
    template void convolve<T>(const Convolution&, const T*, const T*, const T*, T*);                                                                 \
    template void convolve_and_pool<T>(const Convolution&, const T*, const T*, const T*, T*, Selection&);                                            \
    template void convolution_input_gradient<T>(const Convolution&, const T*, const T*, T*);                                                         \
    template void convolution_weight_gradient<T>(const Convolution&, const T*, const T*, T*);
XTGRAD_INSTANTIATE(float)
XTGRAD_INSTANTIATE(double)
#undef XTGRAD_INSTANTIATE

} // namespace xtgrad::kernels
