#include <xtgrad/array/npy.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include <xtgrad/array/file.hpp>

namespace xtgrad {

namespace {

static_assert(std::endian::native == std::endian::little, "what is written is the memory as it lies, and the format little-endian");

constexpr std::string_view magic = "\x93NUMPY";
// What stands before the header's text: magic, version, length (2 bytes; 4 since version 2).
constexpr std::size_t preamble_of_version_1 = magic.size() + 2 + 2;
constexpr std::size_t preamble_since_2      = magic.size() + 2 + 4;
// The elements begin at a multiple of it (numpy.lib.format, "header is padded").
constexpr std::size_t header_alignment = 64;
// As NumPy's own limits: max_header_size, and the largest number of axes.
constexpr std::size_t longest_header = 10000;
constexpr std::size_t most_axes      = 32;

struct Header {
    std::string                dtype; // '<f4'
    bool                       fortran_order = false;
    std::vector<std::uint64_t> shape;
};

// The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }. This reads that much of Python, no more.
class HeaderParser {
public:
    HeaderParser(const std::string& name, std::string_view text) : name_(name), text_(text) {}

    Header parse() {
        Header header;
        bool   has_dtype = false, has_order = false, has_shape = false;
        expect('{');
        while (!accept('}')) {
            const std::string key = string();
            expect(':');
            if (key == "descr" && !std::exchange(has_dtype, true))
                header.dtype = string();
            else if (key == "fortran_order" && !std::exchange(has_order, true))
                header.fortran_order = boolean();
            else if (key == "shape" && !std::exchange(has_shape, true))
                header.shape = tuple();
            else
                fail("the key '" + key + "' is not one of descr, fortran_order and shape, or comes twice");
            if (!accept(',') && !(skip_space(), at('}'))) fail("',' or '}' is missing");
        }
        skip_space();
        if (place_ != text_.size()) fail("something follows the dictionary");
        if (!has_dtype || !has_order || !has_shape) fail("descr, fortran_order or shape is missing");
        return header;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw DataError(name_ + ": bad npy header at character " + std::to_string(place_) + ": " + what);
    }
    bool at(char symbol) const { return place_ < text_.size() && text_[place_] == symbol; }
    void skip_space() { place_ = std::min(text_.find_first_not_of(" \t\r\n", place_), text_.size()); }
    bool accept(char symbol) {
        skip_space();
        if (!at(symbol)) return false;
        ++place_;
        return true;
    }
    void expect(char symbol) {
        if (!accept(symbol)) fail(std::string("'") + symbol + "' is missing");
    }

    std::string string() {
        skip_space();
        if (at('[')) fail("structured elements are not supported");
        if (!at('\'') && !at('"')) fail("a string is missing");
        const char        quote = text_[place_];
        const std::size_t end   = text_.find(quote, place_ + 1);
        if (end == std::string_view::npos) fail("a string does not end");
        const std::string_view value = text_.substr(place_ + 1, end - place_ - 1);
        if (value.find_first_of("\\\n") != std::string_view::npos) fail("a string has escapes");
        place_ = end + 1;
        return std::string(value);
    }

    bool boolean() {
        skip_space();
        for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, std::pair{std::string_view("False"), false}}) {
            if (text_.substr(place_, word.size()) != word) continue;
            place_ += word.size();
            return value;
        }
        fail("True or False is missing");
    }

    std::vector<std::uint64_t> tuple() {
        std::vector<std::uint64_t> values;
        expect('(');
        while (!accept(')')) {
            values.push_back(number());
            if (values.size() > most_axes) fail("more than " + std::to_string(most_axes) + " axes");
            if (!accept(',') && !(skip_space(), at(')'))) fail("',' or ')' is missing");
        }
        return values;
    }

    std::uint64_t number() {
        skip_space();
        if (at('-')) fail("a negative extent");
        if (place_ == text_.size() || text_[place_] < '0' || text_[place_] > '9') fail("a number is missing");
        std::uint64_t value = 0;
        for (; place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9'; ++place_) {
            const auto digit = static_cast<std::uint64_t>(text_[place_] - '0');
            if (__builtin_mul_overflow(value, 10U, &value) || __builtin_add_overflow(value, digit, &value)) fail("a number too large");
        }
        if (at('L')) ++place_; // Python 2 wrote long integers so
        return value;
    }

    const std::string& name_;
    std::string_view   text_;
    std::size_t        place_ = 0;
};

// The elements of a file, as the header describes them.
struct Elements {
    const std::string&             name;
    Header                         header;
    std::span<const unsigned char> bytes;
    std::size_t                    count;
    bool                           swapped;

    // Row-major arrays of Result from elements of type Stored.
    template <class Result, class Stored>
    Array<Result> read() const {
        const Shape   shape(header.shape.begin(), header.shape.end());
        Array<Result> result = zeros<Result>(shape);
        if (std::is_same_v<Result, Stored> && !swapped && (!header.fortran_order || shape.size() < 2)) {
            if (count > 0) std::memcpy(result.data(), bytes.data(), bytes.size());
            return result;
        }
        // The array's elements in its own order, and where they lie in the file.
        std::vector<std::size_t> strides(shape.size()), index(shape.size(), 0);
        std::size_t              stride = 1;
        for (std::size_t step = 0; step < shape.size(); ++step) {
            const std::size_t axis = header.fortran_order ? step : shape.size() - 1 - step;
            strides[axis]          = stride;
            stride *= shape[axis];
        }
        std::size_t place = 0;
        for (std::size_t element = 0; element < count; ++element) {
            result.data()[element] = converted<Result>(stored<Stored>(place));
            for (std::size_t axis = shape.size(); axis-- > 0;) {
                place += strides[axis];
                if (++index[axis] < shape[axis]) break;
                place -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }
        return result;
    }

private:
    template <class Stored>
    Stored stored(std::size_t place) const {
        std::array<unsigned char, sizeof(Stored)> raw{};
        std::memcpy(raw.data(), bytes.data() + place * sizeof(Stored), sizeof(Stored));
        if (swapped) std::reverse(raw.begin(), raw.end());
        return std::bit_cast<Stored>(raw);
    }

    template <class Result, class Stored>
    Result converted(Stored value) const {
        if constexpr (std::is_same_v<Stored, std::uint64_t>) {
            if (value > static_cast<std::uint64_t>(std::numeric_limits<Result>::max())) {
                throw DataError(name + ": the uint64 " + std::to_string(value) + " is too large for int64");
            }
        }
        return static_cast<Result>(value);
    }
};

// An element type, by NumPy's letter and width.
struct Kind {
    std::string_view name;
    std::size_t      width;
    AnyArray (*read)(const Elements&);
};

template <class Result, class Stored>
constexpr Kind kind_of(std::string_view name) {
    return {name, sizeof(Stored), [](const Elements& elements) -> AnyArray { return elements.read<Result, Stored>(); }};
}

constexpr std::array kinds = {
    kind_of<float, float>("f4"),
    kind_of<double, double>("f8"),
    kind_of<std::int64_t, std::int8_t>("i1"),
    kind_of<std::int64_t, std::int16_t>("i2"),
    kind_of<std::int64_t, std::int32_t>("i4"),
    kind_of<std::int64_t, std::int64_t>("i8"),
    kind_of<std::uint8_t, std::uint8_t>("u1"),
    kind_of<std::uint8_t, std::uint8_t>("b1"),
    kind_of<std::int64_t, std::uint16_t>("u2"),
    kind_of<std::int64_t, std::uint32_t>("u4"),
    kind_of<std::int64_t, std::uint64_t>("u8"),
};

[[noreturn]] void fail(const std::string& name, const std::string& what) { throw DataError(name + ": " + what); }

std::string_view header_text(const std::string& name, std::span<const unsigned char> content) {
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (!text.starts_with(magic)) fail(name, "not an npy file: it does not begin with \\x93NUMPY");
    if (content.size() < preamble_of_version_1) fail(name, "truncated npy header");
    const unsigned version = content[magic.size()];
    if (version < 1 || version > 3 || content[magic.size() + 1] != 0) {
        fail(name,
             "npy version " + std::to_string(version) + "." + std::to_string(content[magic.size() + 1]) + " is unknown (1.0, 2.0 and 3.0 are read)");
    }
    const std::size_t preamble = version == 1 ? preamble_of_version_1 : preamble_since_2;
    if (content.size() < preamble) fail(name, "truncated npy header");
    std::size_t length = 0;
    for (std::size_t byte = preamble; byte-- > magic.size() + 2;) length = length << 8 | content[byte];
    if (length > longest_header) {
        fail(name, "npy header of " + std::to_string(length) + " bytes exceeds the limit of " + std::to_string(longest_header));
    }
    if (content.size() - preamble < length) {
        fail(name, "truncated npy header: " + std::to_string(length) + " bytes promised, file has " + std::to_string(content.size() - preamble));
    }
    return text.substr(preamble, length);
}

} // namespace

AnyArray decode_npy(const std::string& name, std::span<const unsigned char> content) {
    const std::string_view text   = header_text(name, content);
    Header                 header = HeaderParser(name, text).parse();
    const auto             begin  = static_cast<std::size_t>(text.data() + text.size() - reinterpret_cast<const char*>(content.data()));
    const std::string      dtype  = header.dtype;
    if (dtype.find('O') != std::string::npos) {
        fail(name, "elements '" + dtype + "' are Python objects (pickle), which are never read; save an array of numbers");
    }
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) { return dtype.size() == 3 && dtype.substr(1) == one.name; });
    if (kind == kinds.end() || std::string_view("<>|=").find(dtype[0]) == std::string_view::npos) {
        fail(name, "elements '" + dtype + "' are not supported (float32, float64, integers and booleans are); in NumPy: array.astype(np.float32)");
    }

    // The product of the extents that are not 0 must be addressable too, or strides would overflow.
    Index       bytes = static_cast<Index>(kind->width);
    bool        empty = false;
    std::string shape;
    for (const std::uint64_t extent : header.shape) {
        if (!shape.empty()) shape += ", ";
        shape += std::to_string(extent);
    }
    for (const std::uint64_t extent : header.shape) {
        empty = empty || extent == 0;
        if (__builtin_mul_overflow(bytes, extent == 0 ? 1 : extent, &bytes))
            fail(name, "the shape [" + shape + "] has more elements than can be addressed");
    }
    if (empty) bytes = 0;
    const std::size_t present = content.size() - begin;
    if (static_cast<std::uint64_t>(bytes) != present) {
        fail(name, std::string(present < static_cast<std::uint64_t>(bytes) ? "truncated" : "too long") + " npy data: shape [" + shape + "] of '" +
                       dtype + "' is " + std::to_string(bytes) + " bytes, file has " + std::to_string(present));
    }

    return kind->read({name, std::move(header), content.subspan(begin), static_cast<std::size_t>(bytes) / kind->width, dtype[0] == '>'});
}

std::string npy_header(std::string_view dtype, const Shape& shape) {
    const std::string_view descr = dtype == "F32" ? "<f4" : dtype == "F64" ? "<f8" : dtype == "I64" ? "<i8" : dtype == "U8" ? "|u1" : "";
    if (descr.empty()) throw ValueError("elements " + std::string(dtype) + " cannot be written as npy; safetensors keeps them");
    std::string extents;
    for (const std::size_t extent : shape) extents += std::to_string(extent) + (shape.size() == 1 ? "," : ", ");
    if (shape.size() > 1) extents.resize(extents.size() - 2);
    std::string text = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (" + extents + "), }";
    text.append((2 * header_alignment - 1 - (preamble_of_version_1 + text.size()) % header_alignment) % header_alignment, ' ');
    text += '\n';
    std::string header(magic);
    header += {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
    return header + text;
}

template <FileElement T>
void save_npy(const std::filesystem::path& path, const Array<T>& array) {
    OutputFile file(path);
    file.write(npy_header(dtype_name<T>, array.shape()));
    file.write(bytes_of(array));
    file.commit();
}

AnyArray load_npy(const std::filesystem::path& path) { return decode_npy(path.string(), read_file(path)); }

template <FileElement T>
Array<T> load_npy(const std::filesystem::path& path) {
    AnyArray array = load_npy(path);
    if (Array<T>* typed = std::get_if<Array<T>>(&array)) return std::move(*typed);
    throw DataError(path.string() + ": holds elements of type " + std::string(dtype_of(array)) + ", expected " + std::string(dtype_name<T>));
}

template void                save_npy(const std::filesystem::path&, const Array<float>&);
template void                save_npy(const std::filesystem::path&, const Array<double>&);
template void                save_npy(const std::filesystem::path&, const Array<std::int64_t>&);
template void                save_npy(const std::filesystem::path&, const Array<std::uint8_t>&);
template Array<float>        load_npy(const std::filesystem::path&);
template Array<double>       load_npy(const std::filesystem::path&);
template Array<std::int64_t> load_npy(const std::filesystem::path&);
template Array<std::uint8_t> load_npy(const std::filesystem::path&);

} // namespace xtgrad
