// oneDNN's side of the convolutions: its primitives alone, on arrays that are in the layouts it likes best before the clock starts.

#include <memory>

#include <oneapi/dnnl/dnnl.hpp>

#include "../data.hpp"
#include "../program.hpp"

extern "C" void omp_set_num_threads(int) __attribute__((weak));

using namespace xtgrad::benchmarks;

namespace {

using Memory = dnnl::memory;

struct Convolution {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};

    std::vector<dnnl::primitive>                     steps;
    std::vector<std::unordered_map<int, Memory>>     arguments;
    std::vector<std::unique_ptr<std::vector<float>>> kept;

    explicit Convolution(const ConvolutionStepData& data, long side, long padding) {
        using dnnl::algorithm;
        using dnnl::prop_kind;
        const long         inputs = static_cast<long>(data.layer.inputs), outputs = static_cast<long>(data.layer.outputs);
        const long         images = static_cast<long>(ConvolutionStepData::batch), extent = static_cast<long>(ConvolutionStepData::width);
        const auto         any = [](const Memory::dims& dims) { return Memory::desc(dims, Memory::data_type::f32, Memory::format_tag::any); };
        const Memory::dims x{images, inputs, extent, extent}, weight{outputs, inputs, side, side}, y{images, outputs, extent, extent};
        const Memory::dims stride{1, 1}, pad{padding, padding};

        const dnnl::convolution_forward::primitive_desc forward(
            {prop_kind::forward_training, algorithm::convolution_auto, any(x), any(weight), any(y), stride, pad, pad}, engine);
        const dnnl::convolution_backward_data::primitive_desc to_images({algorithm::convolution_auto, any(x), any(weight), any(y), stride, pad, pad},
                                                                        engine, forward);
        const dnnl::convolution_backward_weights::primitive_desc to_weight(
            {algorithm::convolution_auto, any(x), any(weight), any(y), stride, pad, pad}, engine, forward);

        add(dnnl::convolution_forward(forward),
            {{DNNL_ARG_SRC, in_layout(data.images, x, Memory::format_tag::nchw, forward.src_desc())},
             {DNNL_ARG_WEIGHTS, in_layout(data.layer.weight, weight, Memory::format_tag::oihw, forward.weights_desc())},
             {DNNL_ARG_DST, Memory(forward.dst_desc(), engine)}});
        add(dnnl::convolution_backward_data(to_images),
            {{DNNL_ARG_DIFF_DST, in_layout(data.cotangent, y, Memory::format_tag::nchw, to_images.diff_dst_desc())},
             {DNNL_ARG_WEIGHTS, in_layout(data.layer.weight, weight, Memory::format_tag::oihw, to_images.weights_desc())},
             {DNNL_ARG_DIFF_SRC, Memory(to_images.diff_src_desc(), engine)}});
        add(dnnl::convolution_backward_weights(to_weight),
            {{DNNL_ARG_DIFF_DST, in_layout(data.cotangent, y, Memory::format_tag::nchw, to_weight.diff_dst_desc())},
             {DNNL_ARG_SRC, in_layout(data.images, x, Memory::format_tag::nchw, to_weight.src_desc())},
             {DNNL_ARG_DIFF_WEIGHTS, Memory(to_weight.diff_weights_desc(), engine)}});
    }

    void add(dnnl::primitive primitive, std::unordered_map<int, Memory> with) {
        steps.push_back(std::move(primitive));
        arguments.push_back(std::move(with));
    }

    Memory in_layout(const std::vector<float>& values, const Memory::dims& dims, Memory::format_tag plain, const Memory::desc& wanted) {
        kept.push_back(std::make_unique<std::vector<float>>(values));
        Memory from({dims, Memory::data_type::f32, plain}, engine, kept.back()->data());
        Memory to(wanted, engine);
        dnnl::reorder(from, to).execute(stream, from, to);
        stream.wait();
        return to;
    }

    void run() {
        for (std::size_t step = 0; step < steps.size(); ++step) steps[step].execute(stream, arguments[step]);
        stream.wait();
    }
};

} // namespace

int main(int argc, char** argv) {
    Program program("onednn", [](int threads) {
        if (omp_set_num_threads != nullptr) omp_set_num_threads(threads);
    });
    for (const auto& [name, inputs, outputs, side] : {std::tuple{"3x3", 32UL, 64UL, 3UL}, std::tuple{"1x1", 64UL, 64UL, 1UL}}) {
        program.add(std::string("W5b/conv/") + name, [inputs = inputs, outputs = outputs, side = side] {
            const ConvolutionStepData data(inputs, outputs, side);
            return [convolution = std::make_shared<Convolution>(data, static_cast<long>(side), static_cast<long>(side / 2))] { convolution->run(); };
        });
    }
    return program.run(argc, argv);
}
