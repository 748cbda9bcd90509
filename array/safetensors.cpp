#include <xtgrad/array/safetensors.hpp>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <xtgrad/array/file.hpp>

namespace xtgrad {

namespace {

constexpr std::size_t length_bytes = 8;
// The limit of the format's own reader.
constexpr std::uint64_t longest_header = 100'000'000;
// Tensors need three levels; the rest is for keys of future versions.
constexpr std::size_t deepest_nesting = 16;
// The elements begin at a multiple of the widest one.
constexpr std::size_t header_alignment = 8;

constexpr std::string_view metadata_key = "__metadata__";

struct Dtype {
    std::string_view name;
    std::uint64_t    width;
};
constexpr std::array dtypes = {Dtype{"BOOL", 1}, Dtype{"U8", 1},  Dtype{"I8", 1},  Dtype{"F8_E5M2", 1}, Dtype{"F8_E4M3", 1},
                               Dtype{"I16", 2},  Dtype{"U16", 2}, Dtype{"F16", 2}, Dtype{"BF16", 2},    Dtype{"I32", 4},
                               Dtype{"U32", 4},  Dtype{"F32", 4}, Dtype{"F64", 8}, Dtype{"I64", 8},     Dtype{"U64", 8}};

// A tensor as the header describes it.
struct Description {
    std::string                name;
    std::string                dtype{};
    std::vector<std::uint64_t> shape{};
    std::vector<std::uint64_t> offsets{};
    bool                       has_dtype = false, has_shape = false, has_offsets = false;
};

// Takes the header's JSON apart while it is parsed, so that no tree of it is built:
// {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …, "__metadata__": {"KEY": "VALUE", …}}
class HeaderHandler : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit HeaderHandler(std::string file) : file_(std::move(file)) {}

    std::vector<Description>           tensors;
    std::map<std::string, std::string> metadata;

    [[noreturn]] void fail(const std::string& what) const { throw DataError(file_ + ": bad safetensors header: " + what); }

    bool start_object(std::size_t) override {
        enter();
        if (ignored_ > 0) return true;
        if (depth_ == 2 && !in_metadata_) tensors.push_back({.name = name_});
        if (depth_ > 2) wrong_value();
        return true;
    }
    bool end_object() override {
        if (leave() && depth_ == 1) {
            if (!in_metadata_) {
                const Description& tensor = tensors.back();
                if (!tensor.has_dtype) fail("tensor `" + tensor.name + "` has no dtype");
                if (!tensor.has_shape) fail("tensor `" + tensor.name + "` has no shape");
                if (!tensor.has_offsets) fail("tensor `" + tensor.name + "` has no data_offsets");
            }
            in_metadata_ = false;
        }
        return true;
    }
    bool start_array(std::size_t) override {
        enter();
        if (ignored_ > 0) return true;
        if (depth_ != 3 || in_metadata_ || (key_ != "shape" && key_ != "data_offsets")) wrong_value();
        return true;
    }
    bool end_array() override {
        if (leave() && key_ == "data_offsets" && tensors.back().offsets.size() != 2) wrong_value();
        return true;
    }

    bool key(std::string& key) override {
        if (ignored_ > 0) return true;
        if (key.find('\0') != std::string::npos) fail("a name holds a NUL: `" + key.substr(0, key.find('\0')) + "`");
        if (depth_ == 1) {
            if (!names_.insert(key).second) fail("the name `" + key + "` is there twice");
            name_        = key;
            in_metadata_ = key == metadata_key;
        } else if (in_metadata_) {
            if (!metadata.emplace(key, "").second) fail("the metadata `" + key + "` is there twice");
        } else {
            Description& tensor = tensors.back();
            bool*        seen   = key == "dtype"          ? &tensor.has_dtype
                                  : key == "shape"        ? &tensor.has_shape
                                  : key == "data_offsets" ? &tensor.has_offsets
                                                          : nullptr;
            if (seen == nullptr)
                skip_value_ = true;
            else if (std::exchange(*seen, true))
                fail("tensor `" + name_ + "` has " + key + " twice");
        }
        key_ = std::move(key);
        return true;
    }

    bool string(std::string& value) override {
        if (skipped()) return true;
        if (depth_ == 2 && in_metadata_)
            metadata[key_] = std::move(value);
        else if (depth_ == 2 && key_ == "dtype")
            tensors.back().dtype = std::move(value);
        else
            wrong_value();
        return true;
    }
    bool number_unsigned(std::uint64_t value) override {
        if (skipped()) return true;
        if (depth_ != 3) wrong_value();
        (key_ == "shape" ? tensors.back().shape : tensors.back().offsets).push_back(value);
        return true;
    }
    bool number_integer(std::int64_t) override { return skipped() || wrong_value(); }
    bool number_float(double, const std::string&) override { return skipped() || wrong_value(); }
    bool boolean(bool) override { return skipped() || wrong_value(); }
    bool null() override { return skipped() || wrong_value(); }
    bool binary(nlohmann::json::binary_t&) override { return wrong_value(); }

    bool parse_error(std::size_t place, const std::string&, const nlohmann::json::exception&) override {
        fail("it is not JSON at byte " + std::to_string(place));
    }

private:
    void enter() {
        if (++depth_ > deepest_nesting) fail("it is nested more than " + std::to_string(deepest_nesting) + " deep");
        if (ignored_ > 0 || std::exchange(skip_value_, false)) ++ignored_;
    }
    // Whether what ends here was one of ours.
    bool leave() {
        --depth_;
        if (ignored_ == 0) return true;
        --ignored_;
        return false;
    }
    // Whether this value belongs to a key that the format does not know.
    bool skipped() { return ignored_ > 0 || std::exchange(skip_value_, false); }

    [[noreturn]] bool wrong_value() const {
        if (depth_ == 0) fail("it is not an object");
        if (name_ == metadata_key) fail("metadata is not an object of strings");
        if (key_ == "data_offsets") fail("invalid offset for tensor `" + name_ + "`");
        if (key_ == "shape") fail("invalid shape for tensor `" + name_ + "`");
        if (key_ == "dtype") fail("invalid dtype for tensor `" + name_ + "`");
        fail("tensor `" + name_ + "` is not described by an object");
    }

    std::string                     file_;
    std::unordered_set<std::string> names_;
    std::string                     name_, key_; // the tensor, and what of it
    std::size_t                     depth_       = 0;
    std::size_t                     ignored_     = 0; // the nesting below an unknown key
    bool                            skip_value_  = false;
    bool                            in_metadata_ = false;
};

class SafetensorsReader {
public:
    explicit SafetensorsReader(const std::filesystem::path& path) : file_(path) {}

    Safetensors read() const {
        HeaderHandler             header(file_.name());
        const std::uint64_t       begin   = read_header(header);
        std::vector<Description>& tensors = header.tensors;
        // By their place in the file; a tensor without elements before the one that begins where it does.
        std::stable_sort(tensors.begin(), tensors.end(), [](const Description& a, const Description& b) { return a.offsets < b.offsets; });
        check_offsets(header, file_.size() - begin);

        Safetensors content{{}, std::move(header.metadata)};
        for (Description& tensor : tensors) content.tensors.add(std::move(tensor.name), read_tensor(tensor, begin));
        return content;
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw DataError(file_.name() + ": bad safetensors file: " + what); }

    // Where the elements begin.
    std::uint64_t read_header(HeaderHandler& handler) const {
        if (file_.size() < length_bytes) fail("of its first 8 bytes, the length of the header, there are " + std::to_string(file_.size()));
        std::array<unsigned char, length_bytes> bytes{};
        file_.read(0, bytes);
        std::uint64_t length = 0;
        for (std::size_t byte = bytes.size(); byte-- > 0;) length = length << 8 | bytes[byte];
        const std::uint64_t left = file_.size() - length_bytes;
        if (length > longest_header)
            fail("the header of " + std::to_string(length) + " bytes exceeds the limit of " + std::to_string(longest_header));
        if (length > left) fail("the header is " + std::to_string(length) + " bytes long, file has " + std::to_string(left));
        std::vector<unsigned char> text(length);
        file_.read(length_bytes, text);
        if (text.empty() || text[0] != '{') fail("the header does not begin with '{'");
        nlohmann::json::sax_parse(text, &handler);
        return length_bytes + length;
    }

    static void check_offsets(const HeaderHandler& header, std::uint64_t data_bytes) {
        std::uint64_t place = 0;
        for (const Description& tensor : header.tensors) {
            const auto dtype = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& one) { return one.name == tensor.dtype; });
            if (dtype == dtypes.end()) header.fail("tensor `" + tensor.name + "` is of the unknown dtype " + tensor.dtype);
            const std::uint64_t first = tensor.offsets[0], last = tensor.offsets[1];
            // One after another, without overlap or hole, within the file.
            if (first != place || last < first || last > data_bytes) {
                header.fail("invalid offset for tensor `" + tensor.name + "`: [" + std::to_string(first) + ", " + std::to_string(last) + "] of " +
                            std::to_string(data_bytes) + " bytes, where it should begin at " + std::to_string(place));
            }
            // The product of the extents that are not 0 must be addressable too, or strides would overflow.
            Index bytes = static_cast<Index>(dtype->width);
            bool  empty = false;
            for (const std::uint64_t extent : tensor.shape) {
                empty = empty || extent == 0;
                if (__builtin_mul_overflow(bytes, extent == 0 ? 1 : extent, &bytes))
                    header.fail("invalid shape for tensor `" + tensor.name + "`: it overflows");
            }
            if (empty) bytes = 0;
            if (static_cast<std::uint64_t>(bytes) != last - first) {
                header.fail("invalid offset for tensor `" + tensor.name + "`: its shape needs " + std::to_string(bytes) + " bytes, [" +
                            std::to_string(first) + ", " + std::to_string(last) + "] are " + std::to_string(last - first));
            }
            place = last;
        }
        if (place != data_bytes) header.fail("the tensors cover " + std::to_string(place) + " bytes of " + std::to_string(data_bytes));
    }

    template <class T>
    AnyArray read_array(const Description& tensor, std::uint64_t begin) const {
        Array<T> array = zeros<T>(Shape(tensor.shape.begin(), tensor.shape.end()));
        file_.read(begin + tensor.offsets[0], {reinterpret_cast<unsigned char*>(array.data()), array.size() * sizeof(T)});
        return array;
    }

    AnyArray read_tensor(const Description& tensor, std::uint64_t begin) const {
        if (tensor.dtype == dtype_name<float>) return read_array<float>(tensor, begin);
        if (tensor.dtype == dtype_name<double>) return read_array<double>(tensor, begin);
        if (tensor.dtype == dtype_name<std::int64_t>) return read_array<std::int64_t>(tensor, begin);
        if (tensor.dtype == dtype_name<std::uint8_t>) return read_array<std::uint8_t>(tensor, begin);
        RawArray raw{tensor.dtype, Shape(tensor.shape.begin(), tensor.shape.end()),
                     std::vector<unsigned char>(tensor.offsets[1] - tensor.offsets[0])};
        file_.read(begin + tensor.offsets[0], raw.bytes);
        return raw;
    }

    InputFile file_;
};

// As a JSON string.
std::string quoted(const std::string& text) {
    if (text.find('\0') != std::string::npos)
        throw ValueError("save_safetensors: a name or metadata holds a NUL: `" + text.substr(0, text.find('\0')) + "`");
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        throw ValueError("save_safetensors: a name or metadata is not UTF-8: `" + text + "`");
    }
}

} // namespace

void save_safetensors(const std::filesystem::path& path, const NamedArrays& tensors, const std::map<std::string, std::string>& metadata) {
    std::string header = "{";
    if (!metadata.empty()) {
        std::string pairs;
        for (const auto& [key, value] : metadata) pairs += (pairs.empty() ? std::string() : std::string(",")) + quoted(key) + ":" + quoted(value);
        header += quoted(std::string(metadata_key)) + ":{" + pairs + "}";
    }
    std::uint64_t place = 0;
    for (const auto& [name, array] : tensors) {
        if (name == metadata_key) throw ValueError("save_safetensors: no tensor may have the name `__metadata__`, which the format uses itself");
        std::string extents;
        for (const std::size_t extent : shape_of(array)) extents += (extents.empty() ? std::string() : std::string(",")) + std::to_string(extent);
        const std::uint64_t end = place + bytes_of(array).size();
        if (header.size() > 1) header += ',';
        header += quoted(name) + ":{\"dtype\":\"" + std::string(dtype_of(array)) + "\",\"shape\":[" + extents + "],\"data_offsets\":[" +
                  std::to_string(place) + "," + std::to_string(end) + "]}";
        place = end;
    }
    header += '}';
    header.append((header_alignment - header.size() % header_alignment) % header_alignment, ' ');
    if (header.size() > longest_header)
        throw ValueError("save_safetensors: the names make a header of " + std::to_string(header.size()) + " bytes, more than " +
                         std::to_string(longest_header));

    std::string length;
    for (std::size_t byte = 0; byte < length_bytes; ++byte) length += static_cast<char>(header.size() >> 8 * byte & 0xff);
    OutputFile file(path);
    file.write(length);
    file.write(header);
    for (const auto& [name, array] : tensors) file.write(bytes_of(array));
    file.commit();
}

Safetensors load_safetensors(const std::filesystem::path& path) { return SafetensorsReader(path).read(); }

} // namespace xtgrad
