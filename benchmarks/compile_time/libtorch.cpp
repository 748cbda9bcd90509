#include <iostream>

#include <torch/torch.h>

int main() {
    const auto x     = torch::tensor({1.0, 2.0, 3.0}, torch::requires_grad());
    const auto value = (torch::exp(x) * x).sum();
    value.backward();
    std::cout << value << ' ' << x.grad() << '\n';
}
