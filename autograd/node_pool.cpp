#include <array>
#include <limits>

#include <xtgrad/autograd/kept_shape.hpp>
#include <xtgrad/autograd/value.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define XTGRAD_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XTGRAD_ADDRESS_SANITIZER 1
#endif
#endif

namespace xtgrad::nodes {

namespace {

// Making and dropping an Array costs 52 ns, taking a waiting node 9 ns; above 64 KiB the elements cost more than either, and the buffer
// pool keeps large blocks anyway.
constexpr std::size_t largest_kept = std::size_t{1} << 16;
// What one thread keeps waiting, so that a chain of a million operations does not hold its memory for ever.
constexpr std::size_t kept_limit = std::size_t{64} << 20;
// Of half a KiB each.
constexpr std::size_t most_shells = std::size_t{1} << 14;
#ifdef XTGRAD_ADDRESS_SANITIZER
// A recycled node would hide a use after free.
constexpr bool recycling = false;
#else
constexpr bool recycling = true;
#endif

// Waiting nodes of one thread, by the number of their elements.
template <Scalar T>
class NodePool {
public:
    NodePool() noexcept                  = default;
    NodePool(const NodePool&)            = delete;
    NodePool& operator=(const NodePool&) = delete;
    ~NodePool();

    Node<T>* take(std::size_t size) noexcept {
        Node<T>** link = &waiting_[bucket(size)];
        // Sizes that share a bucket are rare; a short search finds the node or gives up.
        for (int tries = 0; *link != nullptr && tries < 4; ++tries) {
            if ((*link)->size == size) {
                Node<T>* node = *link;
                *link         = node->viewed;
                node->viewed  = nullptr;
                kept_ -= weight(size);
                // The one that the next operation will ask for has mostly left the cache.
                __builtin_prefetch(*link);
                return node;
            }
            link = &(*link)->viewed;
        }
        return nullptr;
    }

    // Nodes without elements of their own: views, and those whose array was taken.
    Node<T>* take_shell() noexcept {
        if (shells_ == nullptr) return nullptr;
        Node<T>* node = shells_;
        shells_       = node->viewed;
        node->viewed  = nullptr;
        --shell_count_;
        return node;
    }
    bool keep_shell(Node<T>* node) noexcept {
        if (!recycling || shell_count_ == most_shells) return false;
        ++shell_count_;
        node->viewed = shells_;
        shells_      = node;
        return true;
    }

    // Among the waiting nodes, and of a shape that is never asked for, so that taking others costs nothing more.
    void offer(Node<T>* node) noexcept {
        node->view_shape = {std::numeric_limits<std::size_t>::max()};
        kept_ += weight(node->size);
        Node<T>*& head = waiting_[bucket(node->size)];
        node->viewed   = head;
        head           = node;
    }
    void withdraw(Node<T>* node) noexcept {
        for (Node<T>** link = &waiting_[bucket(node->size)]; *link != nullptr; link = &(*link)->viewed) {
            if (*link != node) continue;
            *link        = node->viewed;
            node->viewed = nullptr;
            kept_ -= weight(node->size);
            return;
        }
    }

    bool keep(Node<T>* node) noexcept {
        const std::size_t bytes = weight(node->size);
        if (!recycling || node->size * sizeof(T) > largest_kept || kept_ + bytes > kept_limit) return false;
        kept_ += bytes;
        Node<T>*& head = waiting_[bucket(node->size)];
        node->viewed   = head;
        head           = node;
        return true;
    }

private:
    static std::size_t bucket(std::size_t size) noexcept { return (size ^ size >> 8) % 256; }
    static std::size_t weight(std::size_t size) noexcept { return sizeof(Node<T>) + size * sizeof(T); }

    std::array<Node<T>*, 256> waiting_{}; // linked through `viewed`
    std::size_t               kept_        = 0;
    Node<T>*                  shells_      = nullptr;
    std::size_t               shell_count_ = 0;
};

// A pointer is read without the guard that a thread_local object with a constructor needs at each access; it is null before the first use
// and after the thread's end, when handles that live longer free their nodes themselves.
template <Scalar T>
constinit thread_local NodePool<T>* current_pool = nullptr;

template <Scalar T>
NodePool<T>::~NodePool() {
    current_pool<T> = nullptr;
    for (Node<T>* node : waiting_) {
        while (node != nullptr) delete std::exchange(node, node->viewed);
    }
    while (shells_ != nullptr) delete std::exchange(shells_, shells_->viewed);
}

template <Scalar T>
NodePool<T>& pool() {
    if (current_pool<T> == nullptr) [[unlikely]] {
        thread_local NodePool<T> own;
        current_pool<T> = &own;
    }
    return *current_pool<T>;
}

template <Scalar T>
void show_own(Node<T>* node) noexcept {
    node->data  = node->array.data();
    node->shape = &node->array.shape();
    node->size  = node->array.size();
}

template <Scalar T>
Node<T>* shell() {
    Node<T>* node = pool<T>().take_shell();
    if (node == nullptr) node = std::make_unique<Node<T>>().release();
    node->references = 1;
    return node;
}

template <Scalar T>
void recycle_typed(Node<T>* node) noexcept {
    NodePool<T>* const to = current_pool<T>;
    if (node->owns() && !node->adopted && node->data != nullptr) [[likely]] {
        if (to == nullptr || !to->keep(node)) delete node;
        return;
    }
    bool empty    = !node->owns();
    node->repeats = false;
    if (Node<T>* viewed = std::exchange(node->viewed, nullptr); viewed != nullptr) {
        if (--viewed->references == 0) recycle_typed(viewed); // one level deep: a view never shows a view
    }
    if (std::exchange(node->shares, false)) node->shared.reset();
    // Kept with its elements, each array that a program hands in would stay for ever: the next one comes with memory of its own.
    if (std::exchange(node->adopted, false)) {
        const Array<T> dropped = std::move(node->array);
        node->data             = nullptr;
    }
    empty = empty || node->data == nullptr;
    if (to == nullptr || !(empty ? to->keep_shell(node) : to->keep(node))) delete node;
}

} // namespace

template <Scalar T>
Node<T>* make(const Shape& shape) {
    std::size_t size     = 1;
    bool        overflow = false;
    for (const std::size_t extent : shape) overflow = __builtin_mul_overflow(size, extent, &size) || overflow;
    if (overflow) size = element_count(shape); // throws, unless an extent is 0
    Node<T>* node = pool<T>().take(size);
    if (node == nullptr) {
        // A shell's array has the shape of no elements, or was moved from; only force makes one of equal shape allocate.
        node = shell<T>();
        try {
            node->array.resize(shape, true);
        } catch (...) {
            recycle_typed(node);
            throw;
        }
        show_own(node);
    } else if (!same_shape(*node->shape, shape)) {
        if (node->shape == &node->view_shape) { // an offered one
            node->view_shape = shape;
            ++node->references;
            return node;
        }
        node->array.resize(shape);
    }
    node->references = 1;
    return node;
}

template <Scalar T>
Node<T>* adopt(Array<T>&& array) {
    Node<T>* node = shell<T>();
    node->array   = std::move(array);
    node->adopted = true;
    show_own(node);
    return node;
}

template <Scalar T>
Node<T>* repeat(const Shape& shape, T number) {
    const std::size_t size = element_count(shape);
    Node<T>*          node = shell<T>();
    node->view_shape       = shape;
    node->shape            = &node->view_shape;
    node->size             = size;
    node->data             = nullptr;
    node->number           = number;
    node->repeats          = true;
    return node;
}

template <Scalar T>
void write_out(Node<T>* node) {
    node->array.resize(node->view_shape, true);
    std::fill_n(node->array.data(), node->size, node->number);
    node->repeats = false;
    show_own(node);
    // Its memory goes back as an adopted array's does, and the node is a shell again: kept with its elements it would not be found by the next.
    node->adopted = true;
}

template <Scalar T>
Node<T>* view(Node<T>* source, const Shape& shape) {
    if (source->repeats) return repeat<T>(shape, source->number);
    Node<T>* node = shell<T>();
    if (source->viewed != nullptr) source = source->viewed;
    node->view_shape = shape;
    node->shape      = &node->view_shape;
    node->data       = source->data;
    node->size       = source->size;
    node->viewed     = source;
    ++source->references;
    return node;
}

template <Scalar T>
Node<T>* share(std::shared_ptr<const Array<T>> array) {
    Node<T>* node = shell<T>();
    node->shared  = std::move(array);
    node->shares  = true;
    node->data    = node->shared->data();
    node->shape   = &node->shared->shape();
    node->size    = node->shared->size();
    return node;
}

template <Scalar T>
const Array<T>& array_of(Node<T>* node) {
    if (node->repeats) write_out<T>(node);
    // A view of a parameter shows a node that shares the parameter's array: only under the same shape is it the array itself.
    if (node->shares) return *node->shared;
    if (node->viewed != nullptr) {
        node->array.resize(node->view_shape, true);
        std::copy_n(node->data, node->size, node->array.data());
        Node<T>* viewed = std::exchange(node->viewed, nullptr);
        show_own(node);
        node->adopted = true; // as write_out says
        if (--viewed->references == 0) recycle_typed(viewed);
    }
    return node->array;
}

template <Scalar T>
Array<T> take(Node<T>* node) {
    if (node->repeats) write_out<T>(node);
    if (node->references > 1 || !node->owns()) return array_of(node);
    node->data    = nullptr; // a shell from now on
    node->adopted = false;
    return std::move(node->array);
}

template <Scalar T>
void offer(Node<T>* node) noexcept {
    pool<T>().offer(node);
}

template <Scalar T>
void withdraw(Node<T>* node) noexcept {
    pool<T>().withdraw(node);
}

void recycle(AnyNode* node) noexcept {
    if (node->type == ScalarType::float32) {
        recycle_typed(static_cast<Node<float>*>(node));
    } else {
        recycle_typed(static_cast<Node<double>*>(node));
    }
}

template Node<float>*         make<float>(const Shape&);
template Node<double>*        make<double>(const Shape&);
template Node<float>*         adopt<float>(Array<float>&&);
template Node<double>*        adopt<double>(Array<double>&&);
template Node<float>*         view<float>(Node<float>*, const Shape&);
template Node<double>*        view<double>(Node<double>*, const Shape&);
template Node<float>*         repeat<float>(const Shape&, float);
template Node<double>*        repeat<double>(const Shape&, double);
template void                 write_out<float>(Node<float>*);
template void                 write_out<double>(Node<double>*);
template Node<float>*         share<float>(std::shared_ptr<const Array<float>>);
template Node<double>*        share<double>(std::shared_ptr<const Array<double>>);
template const Array<float>&  array_of<float>(Node<float>*);
template const Array<double>& array_of<double>(Node<double>*);
template void                 offer<float>(Node<float>*) noexcept;
template void                 offer<double>(Node<double>*) noexcept;
template void                 withdraw<float>(Node<float>*) noexcept;
template void                 withdraw<double>(Node<double>*) noexcept;
template Array<float>         take<float>(Node<float>*);
template Array<double>        take<double>(Node<double>*);

} // namespace xtgrad::nodes
