#include "program.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace xtgrad::benchmarks {

namespace {

// The largest resident set so far, in KiB: Linux' VmHWM, which a program does not inherit from its parent as getrusage's maximum is.
long peak_resident() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word != "VmHWM:") continue;
        long kibibytes = 0;
        status >> kibibytes;
        return kibibytes;
    }
    return -1;
}

bool starts_with(const std::string& text, const std::string& head, std::string& rest) {
    if (text.rfind(head, 0) != 0) return false;
    rest = text.substr(head.size());
    return true;
}

// Enough for every buffer that lives from step to step, and few enough for the slowest.
constexpr int steps_for_memory = 100;

} // namespace

int Program::run(int argc, char** argv) {
    std::vector<char*> passed_on{argv[0]};
    std::string        memory, training, value;
    int                threads = 1, seed = 1;
    for (int place = 1; place < argc; ++place) {
        const std::string argument = argv[place];
        if (starts_with(argument, "--threads=", value)) {
            threads = std::atoi(value.c_str());
        } else if (starts_with(argument, "--seed=", value)) {
            seed = std::atoi(value.c_str());
        } else if (!starts_with(argument, "--peak-memory=", memory) && !starts_with(argument, "--train=", training)) {
            passed_on.push_back(argv[place]);
        }
    }
    set_threads_(threads);

    if (!memory.empty()) {
        for (const Workload& workload : workloads_) {
            if (workload.name != memory) continue;
            const long before = peak_resident();
            workload.steps(steps_for_memory);
            std::cout << "{\"before\": " << before << ", \"peak\": " << peak_resident() << "}\n";
            return 0;
        }
        return 0;
    }
    if (!training.empty()) {
        for (const Training& candidate : trainings_) {
            if (candidate.name == training) candidate.train(seed);
        }
        return 0;
    }

    benchmark::AddCustomContext("contestant", contestant_);
    for (const Workload& workload : workloads_) {
        benchmark::RegisterBenchmark(workload.name.c_str(), workload.measure)->UseRealTime();
    }
    int count = static_cast<int>(passed_on.size());
    benchmark::Initialize(&count, passed_on.data());
    if (benchmark::ReportUnrecognizedArguments(count, passed_on.data())) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

} // namespace xtgrad::benchmarks
