#pragma once

#include <xtgrad/autograd.hpp>
#include <xtgrad/nn.hpp>
#include <xtgrad/optim.hpp>

#include "workloads.hpp"

namespace xtgrad::benchmarks {

/// A network that classifies images, and its optimizer. `Model` is made of parameters and the workload's data.
template <class Model, class Optimizer>
struct Classifier {
    nn::Parameters<float> parameters;
    Model                 model;
    Optimizer             optimizer;

    template <class Data>
    Classifier(const Data& data, float rate) : model(parameters, data), optimizer(parameters, {.learning_rate = rate}) {}

    void step(const Variable<float>& images, const Array<Index>& labels) {
        Tape       tape;
        const auto loss = nn::cross_entropy(model(images), labels);
        optimizer.step(tape.gradient(loss, parameters));
    }
};

/// A step on the same batch again and again.
template <class Model, class Optimizer, class Data>
auto training_step(const Data& data, const Shape& images, float rate) {
    return [classifier = std::make_shared<Classifier<Model, Optimizer>>(data, rate), x = Variable<float>(as_array<float>(data.images, images)),
            labels = as_array<Index>(data.labels, {data.batch})] { classifier->step(x, labels); };
}

/// W6.
template <class Model, class Data>
void train_network(const Course& course, int seed, const Data& data, const Shape& shape) {
    Classifier<Model, optim::Adam<float>> classifier(data, adam_rate);
    const auto                            batch_of = [&](const float* images) {
        Array<float> batch(shape);
        std::copy_n(images, batch.size(), batch.data());
        return Variable<float>(std::move(batch));
    };
    train(course, seed,
          {.step =
               [&](const float* images, const std::int64_t* labels) {
                   Array<Index> of_batch(Shape{shape[0]});
                   std::copy_n(labels, of_batch.size(), of_batch.data());
                   classifier.step(batch_of(images), of_batch);
               },
           .answers =
               [&](const float* images, std::vector<std::int64_t>& to) {
                   const Array<Index> answers = argmax(classifier.model(batch_of(images)), 1);
                   std::copy(answers.storage().begin(), answers.storage().end(), to.begin());
               }});
}

} // namespace xtgrad::benchmarks
