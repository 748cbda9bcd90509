#pragma once

#include "structured.hpp"

namespace xtgrad::suite {

/// The functions of a family that are composed of primitives, by name. Their errors are judged as those of linear algebra are.
class Compositions {
public:
    template <class F>
    void add(const std::string& name, std::vector<Array<double>> inputs, F function) {
        at(name).cases.push_back(composed(std::move(inputs), function));
        at(name).cases.back().normwise = true;
    }
    void wrong(const std::string& name, std::vector<Misuse> misuses) {
        for (Misuse& one : misuses) at(name).misuses.push_back(std::move(one));
    }
    void append_to(std::vector<OperationCases>& all) && {
        for (OperationCases& one : operations_) all.push_back(std::move(one));
    }

private:
    OperationCases& at(const std::string& name) {
        for (OperationCases& one : operations_) {
            if (one.name == name) return one;
        }
        operations_.push_back({name, Kind::composition, {}, {}});
        return operations_.back();
    }

    std::vector<OperationCases> operations_;
};

inline Array<double> sample(const Shape& shape) { return sample_array(shape, -2, 2); }

} // namespace xtgrad::suite
