#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <xtgrad/array/array.hpp>

namespace xtgrad {

enum class ScalarType : std::uint8_t { float32, float64 };

template <Scalar T>
inline constexpr ScalarType scalar_type = std::is_same_v<T, float> ? ScalarType::float32 : ScalarType::float64;

/// What is common to the values of both scalar types: a count of the handles on it, and the line that made it. The count is not atomic; a
/// value belongs to one thread.
struct AnyNode {
    std::uint32_t  references = 0;
    ScalarType     type;
    SourceLocation made_at{"", 0};

    explicit AnyNode(ScalarType scalar) noexcept : type(scalar) {}
};

/// An immutable value: its own array, a look at another node's or a parameter's elements under a shape of its own, or one number that stands for
/// all elements until somebody asks for them. Nodes are recycled whole, with their buffers (node_pool.cpp).
///
/// What taking, reading and giving back a node needs lies in its first cache line.
template <Scalar T>
struct alignas(64) Node : AnyNode {
    const T*                        data    = nullptr;
    const Shape*                    shape   = nullptr;
    std::size_t                     size    = 0;
    Node*                           viewed  = nullptr; // whose elements a reshaped value shows
    bool                            adopted = false;   // the array came from outside, and its memory goes back where it came from
    bool                            repeats = false;   // every element is `number`, and there is no array yet
    bool                            shares  = false;   // it shows the array in `shared`
    Array<T>                        array;             // the elements, where they are its own
    Shape                           view_shape;        // the shape, where they are not
    T                               number{};
    std::shared_ptr<const Array<T>> shared; // the parameter's array that a watched parameter shows

    Node() noexcept : AnyNode(scalar_type<T>) {}

    bool owns() const noexcept { return viewed == nullptr && !shares && !repeats; }
};

/// Elements as an elementwise kernel reads them.
template <Scalar T>
struct Elements {
    const T*     data;
    const Shape* shape;
    std::size_t  size;
};
inline const Shape no_axes{};
template <Scalar T>
Elements<T> elements_of(const Node<T>& node) noexcept {
    if (node.repeats) return {&node.number, &no_axes, 1};
    return {node.data, node.shape, node.size};
}

namespace nodes {

/// A node with an uninitialised array of `shape` and one reference.
template <Scalar T>
Node<T>* make(const Shape& shape);
template <Scalar T>
Node<T>* adopt(Array<T>&& array);
/// A node that shows the elements of `source` under another shape of the same size.
template <Scalar T>
Node<T>* view(Node<T>* source, const Shape& shape);
template <Scalar T>
Node<T>* share(std::shared_ptr<const Array<T>> array);
/// A node of `shape` whose elements are all `number`, held once.
template <Scalar T>
Node<T>* repeat(const Shape& shape, T number);
/// Writes a repeated number out.
template <Scalar T>
void write_out(Node<T>* node);
/// The node's array; a view gets its own copy first.
template <Scalar T>
const Array<T>& array_of(Node<T>* node);
/// Takes the array out of a node: moved when this is the only handle and the elements are its own, else copied.
template <Scalar T>
Array<T> take(Node<T>* node);
void     recycle(AnyNode* node) noexcept;
/// The next node of this one's size that make() is asked for is this one, with a reference more: so a forward rule writes its result where a
/// compiled program wants it. The node's elements are somebody else's, it has one reference already, and is not recycled.
template <Scalar T>
void offer(Node<T>* node) noexcept;
/// Takes the offer back, where nobody took it.
template <Scalar T>
void withdraw(Node<T>* node) noexcept;

} // namespace nodes

/// A counted handle on a node of either scalar type.
class AnyValue {
public:
    AnyValue() noexcept = default;
    explicit AnyValue(AnyNode* adopted) noexcept : node_(adopted) {}
    AnyValue(const AnyValue& other) noexcept : node_(other.node_) {
        if (node_ != nullptr) ++node_->references;
    }
    AnyValue(AnyValue&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    AnyValue& operator=(const AnyValue& other) noexcept {
        if (other.node_ != nullptr) ++other.node_->references;
        drop();
        node_ = other.node_;
        return *this;
    }
    AnyValue& operator=(AnyValue&& other) noexcept {
        AnyNode* node = std::exchange(other.node_, nullptr);
        drop();
        node_ = node;
        return *this;
    }
    ~AnyValue() { drop(); }

    bool     empty() const noexcept { return node_ == nullptr; }
    bool     unique() const noexcept { return node_->references == 1; }
    AnyNode* node() const noexcept { return node_; }

private:
    void drop() noexcept {
        if (node_ != nullptr && --node_->references == 0) nodes::recycle(node_);
    }

    AnyNode* node_ = nullptr;
};

/// A counted handle on an array that nobody changes any more: what kernels and the forward rules of primitives work on.
template <Scalar T>
class Value : public AnyValue {
public:
    Value() noexcept = default;
    explicit Value(const AnyValue& any) noexcept : AnyValue(any) {}
    explicit Value(AnyValue&& any) noexcept : AnyValue(std::move(any)) {}
    explicit Value(Array<T>&& array) : AnyValue(nodes::adopt<T>(std::move(array))) {}

    /// A new value whose elements the caller fills in through `mutable_data()` before anybody else sees it.
    static Value uninitialized(const Shape& shape) { return Value(AnyValue(nodes::make<T>(shape))); }
    static Value scalar(T number) {
        Value result           = uninitialized({});
        *result.mutable_data() = number;
        return result;
    }
    static Value filled(const Shape& shape, T number) {
        Value result = uninitialized(shape);
        std::fill_n(result.mutable_data(), result.size(), number);
        return result;
    }
    /// The same, held as one number until an array is asked for: what the gradient of a sum starts from.
    static Value repeated(const Shape& shape, T number) { return Value(AnyValue(nodes::repeat<T>(shape, number))); }
    Value        viewed_as(const Shape& shape) const { return Value(AnyValue(nodes::view<T>(typed(), shape))); }

    const T* data() const {
        if (typed()->repeats) [[unlikely]]
            nodes::write_out<T>(typed());
        return typed()->data;
    }
    T* mutable_data() { return const_cast<T*>(data()); }
    /// What an elementwise kernel reads: a repeated number where it is, as an array of one element.
    Elements<T>     elements() const noexcept { return elements_of(*typed()); }
    const Shape&    shape() const noexcept { return *typed()->shape; }
    std::size_t     size() const noexcept { return typed()->size; }
    std::size_t     dimension() const noexcept { return typed()->shape->size(); }
    const Array<T>& array() const { return nodes::array_of<T>(typed()); }
    Array<T>        take() && { return nodes::take<T>(typed()); }
    /// Whether a kernel may write the result of an operation over these elements.
    bool reusable() const noexcept { return unique() && typed()->owns(); }

private:
    Node<T>* typed() const noexcept { return static_cast<Node<T>*>(node()); }
};

} // namespace xtgrad
