#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include <xtgrad/autograd/kernels/table.hpp>
#include <xtgrad/autograd/value.hpp>

namespace xtgrad::program {

/// What a value of a program is made of.
enum class ElementType : std::uint8_t { float32, float64, truth };

template <class T>
inline constexpr ElementType element_type = std::is_same_v<T, float>    ? ElementType::float32
                                            : std::is_same_v<T, double> ? ElementType::float64
                                                                        : ElementType::truth;

constexpr std::size_t element_bytes(ElementType type) {
    return type == ElementType::float32 ? sizeof(float) : type == ElementType::float64 ? sizeof(double) : sizeof(bool);
}

/// One step of a program: what it does to the elements of its operands. An object serves one step and may keep what it works with.
class Operation {
public:
    Operation()                            = default;
    virtual ~Operation()                   = default;
    Operation(const Operation&)            = delete;
    Operation& operator=(const Operation&) = delete;

    virtual std::string_view name() const noexcept                                  = 0;
    virtual void             run(const void* const* operands, void* const* outputs) = 0;
    /// Whether `other`, of the same class and on the same operands, gives the same bits.
    virtual bool same_as(const Operation&) const { return false; }
    /// It throws where a program no longer holds.
    virtual bool is_guard() const noexcept { return false; }
    /// It stays though nobody wants what it computes.
    virtual bool stays() const noexcept { return is_guard(); }
};

/// A kernel for the elements of arrays, forwards or backwards, and the walk it was planned for.
template <Scalar T>
class ElementwiseOperation final : public Operation {
public:
    using Run = typename kernels::ElementwiseKernel<T>::Run;

    ElementwiseOperation(std::string_view operation_name, Run elements, const kernels::Loop* walk, std::size_t count)
        : kernel(elements), loop(walk), operand_count(count), name_(operation_name) {}

    std::string_view name() const noexcept override { return name_; }
    void             run(const void* const* operands, void* const* outputs) override;
    bool             same_as(const Operation& other) const override {
        const auto& elementwise = static_cast<const ElementwiseOperation&>(other);
        return elementwise.kernel == kernel && elementwise.loop == loop;
    }
    /// Whether operands and result are walked through from front to back.
    bool linear() const noexcept { return loop->outer_axes == 0; }

    Run                  kernel;
    const kernels::Loop* loop;
    std::size_t          operand_count;

private:
    std::string_view name_;
};

/// An array that stands for elements of a program in the forward rules of primitives.
template <Scalar T>
class Proxy {
public:
    explicit Proxy(const Shape& shape) : node_(std::make_unique<Node<T>>()) {
        node_->references = 1;
        node_->view_shape = shape;
        node_->shape      = &node_->view_shape;
        node_->size       = element_count(shape);
    }

    Node<T>* node() const noexcept { return node_.get(); }
    /// A handle, while the proxy lives.
    Value<T> value() const {
        ++node_->references;
        return Value<T>(AnyValue(node_.get()));
    }
    void show(const T* elements) noexcept { node_->data = elements; }

private:
    std::unique_ptr<Node<T>> node_;
};

/// The rest of replaying a forward rule: the result goes where it belongs, unless it was made there.
template <Scalar T, class Forward>
void forward_into(Proxy<T>& destination, T* to, const Forward& forward) {
    destination.show(to);
    nodes::offer(destination.node());
    const struct Withdrawal {
        Node<T>* node;
        ~Withdrawal() { nodes::withdraw(node); }
    } withdrawal{destination.node()};
    const Value<T> result = forward();
    if (result.node() != destination.node()) std::copy_n(result.data(), result.size(), to);
}

} // namespace xtgrad::program
