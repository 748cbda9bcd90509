#include <array>

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
                return node;
            }
            link = &(*link)->viewed;
        }
        return nullptr;
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
    std::size_t               kept_ = 0;
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
void recycle_typed(Node<T>* node) noexcept {
    if (!node->owns()) {
        if (node->viewed != nullptr) {
            if (--node->viewed->references == 0) recycle_typed(node->viewed); // one level deep: a view never shows a view
        }
        delete node;
        return;
    }
    if (current_pool<T> == nullptr || !current_pool<T>->keep(node)) delete node;
}

} // namespace

template <Scalar T>
Node<T>* make(const Shape& shape) {
    std::size_t size = 1;
    for (const std::size_t extent : shape) size *= extent;
    Node<T>* node = pool<T>().take(size);
    if (node == nullptr) {
        auto fresh = std::make_unique<Node<T>>();
        element_count(shape);
        fresh->array.resize(shape);
        node = fresh.release();
        show_own(node);
    } else if (*node->shape != shape) {
        node->array.resize(shape);
    }
    node->references = 1;
    return node;
}

template <Scalar T>
Node<T>* adopt(Array<T>&& array) {
    auto node   = std::make_unique<Node<T>>();
    node->array = std::move(array);
    show_own(node.get());
    node->references = 1;
    return node.release();
}

template <Scalar T>
Node<T>* view(Node<T>* source, const Shape& shape) {
    auto node = std::make_unique<Node<T>>();
    if (source->viewed != nullptr) source = source->viewed;
    node->view_shape = shape;
    node->shape      = &node->view_shape;
    node->data       = source->data;
    node->size       = source->size;
    node->references = 1;
    node->viewed     = source;
    ++source->references;
    return node.release();
}

template <Scalar T>
Node<T>* share(std::shared_ptr<const Array<T>> array) {
    auto node        = std::make_unique<Node<T>>();
    node->shared     = std::move(array);
    node->data       = node->shared->data();
    node->shape      = &node->shared->shape();
    node->size       = node->shared->size();
    node->references = 1;
    return node.release();
}

template <Scalar T>
const Array<T>& array_of(Node<T>* node) {
    // A view of a parameter shows a node that shares the parameter's array: only under the same shape is it the array itself.
    if (node->shared != nullptr) return *node->shared;
    if (node->viewed != nullptr) {
        node->array.resize(node->view_shape);
        std::copy_n(node->data, node->size, node->array.data());
        Node<T>* viewed = std::exchange(node->viewed, nullptr);
        show_own(node);
        if (--viewed->references == 0) recycle_typed(viewed);
    }
    return node->array;
}

template <Scalar T>
Array<T> take(Node<T>* node) {
    if (node->references > 1 || !node->owns()) return array_of(node);
    Array<T> result = std::move(node->array);
    node->array     = Array<T>(Shape{0});
    show_own(node);
    return result;
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
template Node<float>*         share<float>(std::shared_ptr<const Array<float>>);
template Node<double>*        share<double>(std::shared_ptr<const Array<double>>);
template const Array<float>&  array_of<float>(Node<float>*);
template const Array<double>& array_of<double>(Node<double>*);
template Array<float>         take<float>(Node<float>*);
template Array<double>        take<double>(Node<double>*);

} // namespace xtgrad::nodes
