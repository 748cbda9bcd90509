#include <algorithm>
#include <map>
#include <set>

#include <xtgrad/autograd/functions/contraction.hpp>
#include <xtgrad/autograd/ops/matrix.hpp>

namespace xtgrad {

using namespace ops::matrix;

namespace {

/// The name of an axis: a letter, or a negative number for an axis of the ellipsis, counted from the back.
using Label  = int;
using Labels = std::vector<Label>;

bool contains(const Labels& labels, Label label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

template <Scalar T>
struct Factor {
    Variable<T> value;
    Labels      labels;
};

class Subscripts {
public:
    Subscripts(std::string_view text, const std::vector<Shape>& shapes, SourceLocation where) : text_(text), shapes_(shapes), where_(where) {
        std::string plain;
        for (const char character : text) {
            if (character != ' ') plain += character;
        }
        const std::size_t arrow = plain.find("->");
        std::string       left  = plain.substr(0, arrow);
        for (std::size_t begin = 0;;) {
            const std::size_t comma = left.find(',', begin);
            terms_.push_back(parsed(left.substr(begin, comma - begin), terms_.size()));
            if (comma == std::string::npos) break;
            begin = comma + 1;
        }
        if (terms_.size() != shapes.size())
            fail("names " + std::to_string(terms_.size()) + " operands, but there are " + std::to_string(shapes.size()));
        for (std::size_t which = 0; which < terms_.size(); ++which) note_extents(which);
        result_ = arrow == std::string::npos ? implied() : named(plain.substr(arrow + 2));
    }

    const std::vector<Labels>&          terms() const noexcept { return terms_; }
    const Labels&                       result() const noexcept { return result_; }
    const std::map<Label, std::size_t>& extents() const noexcept { return extents_; }

private:
    template <class Problem = ValueError>
    [[noreturn]] void fail(const std::string& why) const {
        std::string operands;
        for (const Shape& shape : shapes_) operands += (operands.empty() ? "" : ", ") + to_string(shape);
        throw Problem("einsum: \"" + std::string(text_) + "\" of " + operands + ": " + why, where_);
    }

    Labels letters(std::string_view term, std::size_t ellipsis_axes, bool& has_ellipsis) const {
        Labels labels;
        has_ellipsis = false;
        for (std::size_t place = 0; place < term.size(); ++place) {
            const char character = term[place];
            if (character == '.') {
                if (term.substr(place, 3) != "..." || has_ellipsis) fail("a point that is no single ellipsis `...`");
                has_ellipsis = true;
                place += 2;
                for (std::size_t axis = ellipsis_axes; axis > 0; --axis) labels.push_back(-static_cast<Label>(axis));
            } else if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')) {
                labels.push_back(character);
            } else {
                fail(std::string("`") + character + "` is no letter");
            }
        }
        return labels;
    }

    Labels parsed(std::string_view term, std::size_t which) {
        if (which >= shapes_.size()) return {};
        const std::size_t rank         = shapes_[which].size();
        bool              has_ellipsis = false;
        const std::size_t named        = letters(term, 0, has_ellipsis).size();
        if (named > rank || (named < rank && !has_ellipsis)) {
            fail<ShapeError>("operand " + std::to_string(which) + " has " + std::to_string(rank) + (rank == 1 ? " axis" : " axes") +
                             ", its subscripts `" + std::string(term) + "` name " + std::to_string(named));
        }
        if (has_ellipsis) ellipsis_axes_ = std::max(ellipsis_axes_, rank - named);
        return letters(term, rank - named, has_ellipsis);
    }

    void note_extents(std::size_t which) {
        for (std::size_t axis = 0; axis < terms_[which].size(); ++axis) {
            const std::size_t extent  = shapes_[which][axis];
            const auto [known, added] = extents_.emplace(terms_[which][axis], extent);
            if (added || known->second == extent || extent == 1) continue;
            if (known->second != 1) {
                const Label label = terms_[which][axis];
                fail<ShapeError>("extents " + std::to_string(known->second) + " and " + std::to_string(extent) + " of " +
                                 (label < 0 ? "an axis of the ellipsis" : std::string("`") + static_cast<char>(label) + '`') + " differ");
            }
            known->second = extent;
        }
    }

    Labels implied() const {
        Labels result;
        for (std::size_t axis = ellipsis_axes_; axis > 0; --axis) result.push_back(-static_cast<Label>(axis));
        std::map<Label, int> counts;
        for (const Labels& term : terms_) {
            for (const Label label : term) ++counts[label];
        }
        for (const auto& [label, count] : counts) {
            if (label > 0 && count == 1) result.push_back(label);
        }
        return result;
    }

    Labels named(std::string_view term) const {
        bool            has_ellipsis = false;
        const Labels    result       = letters(term, ellipsis_axes_, has_ellipsis);
        std::set<Label> seen;
        for (const Label label : result) {
            if (!extents_.contains(label)) fail(std::string("the result names `") + static_cast<char>(label) + "`, which no operand has");
            if (!seen.insert(label).second) fail(std::string("the result names `") + static_cast<char>(label) + "` twice");
        }
        if (ellipsis_axes_ > 0 && !has_ellipsis) fail("the operands have an ellipsis, the result has none");
        return result;
    }

    std::string_view             text_;
    const std::vector<Shape>&    shapes_;
    SourceLocation               where_;
    std::size_t                  ellipsis_axes_ = 0;
    std::vector<Labels>          terms_;
    std::map<Label, std::size_t> extents_;
    Labels                       result_;
};

template <Scalar T>
std::size_t extent_of(const Factor<T>& factor, Label label) {
    return factor.value.shape()[static_cast<std::size_t>(std::find(factor.labels.begin(), factor.labels.end(), label) - factor.labels.begin())];
}

/// The axes in the order of `labels`, which are the factor's own.
template <Scalar T>
Variable<T> in_order(const Factor<T>& factor, const Labels& labels) {
    if (factor.labels == labels) return factor.value;
    std::vector<Index> axes;
    for (const Label label : labels) axes.push_back(std::find(factor.labels.begin(), factor.labels.end(), label) - factor.labels.begin());
    return transpose(factor.value, Axes(axes), inherited);
}

/// Keeps the diagonal where a label is there twice.
template <Scalar T>
void take_diagonals(Factor<T>& factor) {
    for (std::size_t first = 0; first < factor.labels.size(); ++first) {
        const auto again = std::find(factor.labels.begin() + static_cast<Index>(first) + 1, factor.labels.end(), factor.labels[first]);
        if (again == factor.labels.end()) continue;
        const auto         second = static_cast<std::size_t>(again - factor.labels.begin());
        std::vector<Index> axes;
        Labels             labels;
        for (std::size_t axis = 0; axis < factor.labels.size(); ++axis) {
            if (axis == first || axis == second) continue;
            axes.push_back(static_cast<Index>(axis));
            labels.push_back(factor.labels[axis]);
        }
        axes.insert(axes.end(), {static_cast<Index>(first), static_cast<Index>(second)});
        labels.push_back(factor.labels[first]);
        Variable<T> last = transpose(factor.value, Axes(axes), inherited);
        // An extent of 1 beside a larger one broadcasts.
        const std::size_t rows = last.shape()[last.dimension() - 2], columns = last.shape().back();
        if (rows != columns) {
            Shape square              = last.shape();
            square[square.size() - 1] = square[square.size() - 2] = std::max(rows, columns);
            last                                                  = broadcast_to(last, square, inherited);
        }
        factor = {diagonal(last), labels};
        first  = std::size_t(-1); // there may be a third
    }
}

/// Sums over what nobody else names.
template <Scalar T>
void sum_over(Factor<T>& factor, const Labels& kept) {
    std::vector<Index> axes;
    Labels             labels;
    for (std::size_t axis = 0; axis < factor.labels.size(); ++axis) {
        if (contains(kept, factor.labels[axis])) {
            labels.push_back(factor.labels[axis]);
        } else {
            axes.push_back(static_cast<Index>(axis));
        }
    }
    if (!axes.empty()) factor = {sum(factor.value, Axes(axes)), labels};
}

/// Two factors as a product of stacks of matrices. Labels that only one of them has, and nobody else, have been summed over.
template <Scalar T>
Factor<T> multiplied(const Factor<T>& a, const Factor<T>& b, const Labels& kept) {
    Labels stack, left, summed, right;
    for (const Label label : a.labels) (contains(b.labels, label) ? (contains(kept, label) ? stack : summed) : left).push_back(label);
    for (const Label label : b.labels) {
        if (!contains(a.labels, label)) right.push_back(label);
    }
    const auto together = [](const Labels& x, const Labels& y, const Labels& z) {
        Labels result = x;
        result.insert(result.end(), y.begin(), y.end());
        result.insert(result.end(), z.begin(), z.end());
        return result;
    };
    const auto size = [](const Factor<T>& factor, const Labels& labels) {
        Index result = 1;
        for (const Label label : labels) result *= static_cast<Index>(extent_of(factor, label));
        return result;
    };
    const Index        stacks = size(a, stack);
    const Variable<T>  of_a   = reshape(in_order(a, together(stack, left, summed)), {stacks, size(a, left), size(a, summed)}, inherited);
    const Variable<T>  of_b   = reshape(in_order(b, together(stack, summed, right)), {stacks, size(b, summed), size(b, right)}, inherited);
    const Labels       labels = together(stack, left, right);
    std::vector<Index> extents;
    for (const Label label : labels) extents.push_back(static_cast<Index>(extent_of(contains(a.labels, label) ? a : b, label)));
    // A product without a sum is cheaper element by element.
    const Variable<T> value = summed.empty() ? of_a * of_b : product(of_a, of_b);
    return {reshape(value, extents, inherited), labels};
}

template <Scalar T>
Variable<T> contracted(std::string_view text, const std::vector<Variable<T>>& operands, SourceLocation where) {
    std::vector<Shape> shapes;
    for (const Variable<T>& operand : operands) shapes.push_back(operand.shape());
    if (operands.empty()) throw ValueError("einsum: there are no operands", where);
    const Subscripts       subscripts(text, shapes, where);
    const ops::Composition scope(where);
    std::vector<Factor<T>> factors;
    for (std::size_t which = 0; which < operands.size(); ++which) {
        factors.push_back({operands[which], subscripts.terms()[which]});
        take_diagonals(factors.back());
    }
    // An extent of 1 that broadcasts is dropped, where another factor has the whole axis.
    for (Factor<T>& factor : factors) {
        for (std::size_t axis = factor.labels.size(); axis-- > 0;) {
            const Label label = factor.labels[axis];
            if (factor.value.shape()[axis] != 1 || subscripts.extents().at(label) == 1) continue;
            factor.value = squeeze(factor.value, static_cast<Index>(axis), where);
            factor.labels.erase(factor.labels.begin() + static_cast<Index>(axis));
        }
    }
    const auto kept_beside = [&](std::initializer_list<std::size_t> but) {
        Labels kept = subscripts.result();
        for (std::size_t which = 0; which < factors.size(); ++which) {
            if (std::find(but.begin(), but.end(), which) == but.end())
                kept.insert(kept.end(), factors[which].labels.begin(), factors[which].labels.end());
        }
        return kept;
    };
    for (std::size_t which = 0; which < factors.size(); ++which) sum_over(factors[which], kept_beside({which}));
    // The pair whose product takes the fewest multiplications is next; the size of what it leaves decides between equals.
    while (factors.size() > 1) {
        std::size_t first = 0, second = 1;
        std::pair   cheapest{std::numeric_limits<double>::infinity(), 0.0};
        for (std::size_t i = 0; i < factors.size(); ++i) {
            for (std::size_t j = i + 1; j < factors.size(); ++j) {
                const Labels kept = kept_beside({i, j});
                double       cost = 1, left = 1;
                Labels       all = factors[i].labels;
                for (const Label label : factors[j].labels) {
                    if (!contains(all, label)) all.push_back(label);
                }
                for (const Label label : all) {
                    const auto extent = static_cast<double>(subscripts.extents().at(label));
                    cost *= extent;
                    if (contains(kept, label)) left *= extent;
                }
                if (std::pair(cost, left) < cheapest) {
                    cheapest = {cost, left};
                    first    = i;
                    second   = j;
                }
            }
        }
        const Labels kept = kept_beside({first, second});
        factors[first]    = multiplied(factors[first], factors[second], kept);
        factors.erase(factors.begin() + static_cast<Index>(second));
    }
    return in_order(factors.front(), subscripts.result());
}

} // namespace

Variable<float> einsum(std::string_view subscripts, const std::vector<Variable<float>>& operands, SourceLocation where) {
    return contracted(subscripts, operands, where);
}
Variable<double> einsum(std::string_view subscripts, const std::vector<Variable<double>>& operands, SourceLocation where) {
    return contracted(subscripts, operands, where);
}

} // namespace xtgrad
