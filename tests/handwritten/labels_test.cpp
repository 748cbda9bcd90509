#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include <xtgrad/handwritten/labels.hpp>

using namespace xtgrad;
using namespace xtgrad::handwritten;

TEST_CASE("one_hot writes a 1 at each label, and decode reads it back") {
    const Array<Index> labels = {2, 0, 1};
    CHECK(one_hot<double>(labels, 3) == Array<double>{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}});
    CHECK(decode(one_hot<float>(labels, 3)) == labels);
    CHECK(one_hot<double>(zeros<Index>({4}), 1) == ones<double>({4, 1}));
    CHECK(decode(ones<double>({4, 1})) == zeros<Index>({4}));
    CHECK(one_hot<double>(zeros<Index>({0}), 10).shape() == Shape{0, 10});
    CHECK(decode(zeros<double>({0, 10})).shape() == Shape{0});
}

TEST_CASE("one_hot names the label for which there are too few outputs") {
    std::string message;
    try {
        one_hot<double>({0, 2, 9}, 3);
    } catch (const ValueError& error) {
        message = error.what();
    }
    CHECK(message.find("too few outputs: label 9 in row 2 needs at least 10, but there are 3") != std::string::npos);
    CHECK_THROWS_AS(one_hot<double>({0, -1}, 3), ValueError);
    CHECK_THROWS_AS(one_hot<double>({0}, 0), ValueError);
    CHECK_THROWS_AS(one_hot<double>(zeros<Index>({2, 2}), 3), ShapeError);
}

TEST_CASE("decode takes the first of equal outputs, and a NaN before any number") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(decode(Array<double>{{1, 3, 3}, {-1, -1, -2}, {5, nan, 9}, {nan, nan, 1}}) == Array<Index>{1, 0, 1, 0});
    CHECK_THROWS_AS(decode(zeros<double>({2, 0})), ShapeError);
    CHECK_THROWS_AS(decode(Array<double>{1, 2}), ShapeError);
}

TEST_CASE("The confusion matrix counts label by row and answer by column; accuracy is its diagonal's share") {
    const Array<Index> labels = {0, 1, 1, 2, 2, 2}, answers = {0, 1, 2, 2, 0, 2};
    CHECK(confusion_matrix(labels, answers, 3) == Array<Index>{{1, 0, 0}, {0, 1, 1}, {1, 0, 2}});
    CHECK(accuracy(labels, answers) == 4.0 / 6.0);
    CHECK(accuracy(one_hot<double>(answers, 3), one_hot<double>(labels, 3)) == 4.0 / 6.0);
    CHECK(std::isnan(accuracy(zeros<Index>({0}), zeros<Index>({0}))));
    CHECK(confusion_matrix(zeros<Index>({0}), zeros<Index>({0}), 1) == zeros<Index>({1, 1}));
    CHECK_THROWS_AS(confusion_matrix(labels, answers, 2), ValueError);
    CHECK_THROWS_AS(confusion_matrix(labels, zeros<Index>({5}), 3), ShapeError);
    CHECK_THROWS_AS(accuracy(labels, zeros<Index>({5})), ShapeError);
}
