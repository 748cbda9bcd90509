#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace xtgrad::benchmarks {

/// The workloads of one contestant, and the command line that all contestants share.
class Program {
public:
    /// `set_threads` tells the contestant how many threads it may use.
    Program(std::string contestant, std::function<void(int)> set_threads)
        : contestant_(std::move(contestant)), set_threads_(std::move(set_threads)) {}

    /// A workload: `make()` prepares it and returns a callable that makes one step. A step does `items` of what the workload counts (samples,
    /// operations, elements), and the report divides by them. Contestants use the same names for the same work.
    template <class Make>
    void add(const std::string& name, Make make, double items = 1) {
        workloads_.push_back({name, items,
                              [make, items](benchmark::State& state) {
                                  auto step = make();
                                  step(); // buffers come with the first
                                  for ([[maybe_unused]] auto round : state) step();
                                  state.counters["items"] = items;
                              },
                              [make](int count) {
                                  auto step = make();
                                  for (int round = 0; round < count; ++round) step();
                              }});
    }

    /// A training run: `train(seed)` prints one line of JSON for each thing it has to say.
    void add_training(const std::string& name, std::function<void(int seed)> train) { trainings_.push_back({name, std::move(train)}); }

    /// Google Benchmark's options, and
    ///   --threads=N              how many threads the contestant may use (default 1)
    ///   --peak-memory=NAME       makes 100 steps of that workload and prints the peak of resident memory before and after, in KiB
    ///   --train=NAME --seed=N    runs a training
    int run(int argc, char** argv);

private:
    struct Workload {
        std::string                            name;
        double                                 items;
        std::function<void(benchmark::State&)> measure;
        std::function<void(int count)>         steps;
    };
    struct Training {
        std::string              name;
        std::function<void(int)> train;
    };

    std::string              contestant_;
    std::function<void(int)> set_threads_;
    std::vector<Workload>    workloads_;
    std::vector<Training>    trainings_;
};

} // namespace xtgrad::benchmarks
