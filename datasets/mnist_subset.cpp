#include <xtgrad/datasets/mnist_subset.hpp>

// The assembler copies the files in: a megabyte as a C++ array would take the compiler longer than the rest of the library. g++ and clang
// both have it. XTGRAD_MNIST_SUBSET is the directory, set by CMake.
#define XTGRAD_EMBED(function, file)                                                                                                                 \
    __asm__(".pushsection .rodata\n"                                                                                                                 \
            ".balign 16\n"                                                                                                                           \
            ".global xtgrad_" #function "_begin\n"                                                                                                   \
            ".hidden xtgrad_" #function "_begin\n"                                                                                                   \
            "xtgrad_" #function "_begin:\n"                                                                                                          \
            ".incbin \"" XTGRAD_MNIST_SUBSET "/" file "\"\n"                                                                                         \
            ".global xtgrad_" #function "_end\n"                                                                                                     \
            ".hidden xtgrad_" #function "_end\n"                                                                                                     \
            "xtgrad_" #function "_end:\n"                                                                                                            \
            ".byte 0\n"                                                                                                                              \
            ".popsection\n");                                                                                                                        \
    extern "C" __attribute__((visibility("hidden"))) const unsigned char xtgrad_##function##_begin[];                                                \
    extern "C" __attribute__((visibility("hidden"))) const unsigned char xtgrad_##function##_end[];                                                  \
    std::span<const unsigned char>                                       xtgrad::datasets::mnist_subset::function() noexcept {                       \
                                              return {xtgrad_##function##_begin, xtgrad_##function##_end};                                           \
    }

XTGRAD_EMBED(train_images, "train-images-idx3-ubyte.gz")
XTGRAD_EMBED(train_labels, "train-labels-idx1-ubyte.gz")
XTGRAD_EMBED(test_images, "t10k-images-idx3-ubyte.gz")
XTGRAD_EMBED(test_labels, "t10k-labels-idx1-ubyte.gz")
