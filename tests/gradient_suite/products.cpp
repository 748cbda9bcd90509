#include "compositions.hpp"

namespace xtgrad::suite {

namespace {

using X = Variables<double>;

void add_products(Compositions& all) {
    const auto of = [&](const std::string& name, std::initializer_list<std::pair<Shape, Shape>> shapes, auto function) {
        for (const auto& [a, b] : shapes) all.add(name, {sample(a), sample(b)}, function);
    };
    const auto by_dot = [](const auto& x) { return dot(x[0], x[1]); };
    of("dot", {{{3}, {3}}, {{2, 3}, {3, 2}}, {{2, 3}, {3}}, {{3}, {3, 2}}, {{}, {2, 2}}, {{2, 2, 3}, {2, 3, 2}}, {{0}, {0}}, {{2, 0}, {0, 3}}},
       by_dot);
    all.wrong("dot", {misuse("extents", {{3}, {4}}, by_dot), misuse("inner extents", {{2, 3}, {2, 3}}, by_dot)});
    const auto by_inner = [](const auto& x) { return inner(x[0], x[1]); };
    of("inner", {{{3}, {3}}, {{2, 3}, {4, 3}}, {{}, {3}}, {{2, 2, 3}, {3}}, {{2, 0}, {3, 0}}}, by_inner);
    all.wrong("inner", {misuse("extents", {{2, 3}, {3, 2}}, by_inner)});
    of("outer", {{{3}, {2}}, {{2, 2}, {3}}, {{}, {2}}, {{0}, {2}}}, [](const auto& x) { return outer(x[0], x[1]); });
    const auto by_vdot = [](const auto& x) { return vdot(x[0], x[1]); };
    of("vdot", {{{3}, {3}}, {{2, 3}, {3, 2}}, {{}, {1}}, {{0}, {0, 2}}}, by_vdot);
    all.wrong("vdot", {misuse("sizes", {{3}, {4}}, by_vdot)});
    of("tensordot", {{{2, 3, 2}, {3, 2, 2}}, {{2, 2}, {2, 2}}, {{0, 2}, {0, 2}}}, [](const auto& x) { return tensordot(x[0], x[1]); });
    of("tensordot", {{{2, 3}, {2}}}, [](const auto& x) { return tensordot(x[0], x[1], 0); });
    of("tensordot", {{{2, 3, 2}, {2, 3}}}, [](const auto& x) { return tensordot(x[0], x[1], {1, 0}, {-1, 0}); });
    of("tensordot", {{{2, 3}, {3, 2}}}, [](const auto& x) { return tensordot(x[0], x[1], 1, 0); });
    all.wrong("tensordot", {misuse("extents", {{2, 3}, {2, 3}}, [](const X& x) { return tensordot(x[0], x[1], 1); }),
                            misuse("too many axes", {{2, 3}, {3}}, [](const X& x) { return tensordot(x[0], x[1], 2); }),
                            misuse("an axis twice", {{2, 2}, {2, 2}},
                                   [](const X& x) {
                                       return tensordot(x[0], x[1], {0, 0}, {0, 1});
                                   }),
                            misuse("no pairs", {{2, 2}, {2, 2}}, [](const X& x) {
                                return tensordot(x[0], x[1], {0, 1}, {0});
                            })});
    of("kron", {{{2, 2}, {2, 3}}, {{3}, {2}}, {{}, {2}}, {{2}, {2, 2}}, {{2, 1, 2}, {2, 2}}, {{0}, {2}}},
       [](const auto& x) { return kron(x[0], x[1]); });
    of("cross", {{{3}, {3}}, {{2, 3}, {3}}, {{2, 1, 3}, {2, 3}}, {{0, 3}, {3}}}, [](const auto& x) { return cross(x[0], x[1]); });
    of("cross", {{{3, 2}, {3, 2}}}, [](const auto& x) { return cross(x[0], x[1], 0); });
    all.wrong("cross", {misuse("extent 2", {{2}, {2}}, [](const X& x) { return cross(x[0], x[1]); }),
                        misuse("the axis", {{3}, {3}}, [](const X& x) { return cross(x[0], x[1], 1); }),
                        misuse("what does not broadcast", {{2, 3}, {4, 3}}, [](const X& x) { return cross(x[0], x[1]); })});
}

void add_contractions(Compositions& all) {
    const auto of = [&](const char* subscripts, std::initializer_list<Shape> shapes) {
        std::vector<Array<double>> inputs;
        for (const Shape& shape : shapes) inputs.push_back(sample(shape));
        all.add("einsum", inputs, [=](const auto& x) { return einsum(subscripts, x); });
    };
    of("ij,jk->ik", {{2, 3}, {3, 2}});
    of("ij , jk", {{2, 3}, {3, 2}});
    of("ba", {{2, 3}});
    of("ii->i", {{3, 3}});
    of("ii", {{3, 3}});
    of("iji->j", {{2, 3, 2}});
    of("iii->i", {{3, 3, 3}});
    of("i,i", {{2}, {1}});
    of("ij->", {{2, 3}});
    of("i,j,k->kji", {{2}, {3}, {2}});
    of("...ij,...jk->...ik", {{2, 1, 2, 2}, {3, 2, 2}});
    of("...i->...", {{2, 3}});
    of("i...->...i", {{2, 3}});
    of("bij,bj->bi", {{2, 2, 3}, {2, 3}});
    of("ij,jk,kl,lm->im", {{2, 3}, {3, 2}, {2, 3}, {3, 1}});
    of("ij,ij,ij->j", {{2, 3}, {2, 3}, {2, 3}});
    of(",i->i", {{}, {3}});
    of("ij,jk->ik", {{0, 3}, {3, 2}});
    of("ij,jk->ik", {{2, 0}, {0, 2}});
    const auto wrong = [&](const char* subscripts, std::initializer_list<Shape> shapes) {
        return misuse(subscripts, shapes, [=](const X& x) { return einsum(subscripts, x); });
    };
    all.wrong("einsum",
              {wrong("ij,jk->ik", {{2, 3}, {2, 3}}), wrong("ij,jk->ik", {{2, 3}}), wrong("ij->k", {{2, 3}}), wrong("ij->ii", {{2, 3}}),
               wrong("ijk->i", {{2, 3}}), wrong("i->i", {{2, 3}}), wrong("i1->i", {{2, 3}}), wrong("i.->i", {{2, 3}}), wrong("...i->i", {{2, 3}}),
               wrong("ii->i", {{2, 3}}), wrong("......", {{2, 3}}), misuse("no operands", {{2}}, [](const X&) { return einsum("->", X{}); })});
    const auto chain = [](const auto& x) { return multi_dot(x); };
    all.add("multi_dot", {sample({2, 3}), sample({3, 2})}, chain);
    all.add("multi_dot", {sample({3, 2}), sample({2, 3}), sample({3, 1}), sample({1, 4})}, chain);
    all.add("multi_dot", {sample({3}), sample({3, 2}), sample({2})}, chain);
    all.add("multi_dot", {sample({3}), sample({3, 2})}, chain);
    all.add("multi_dot", {sample({2, 3}), sample({3})}, chain);
    all.add("multi_dot", {sample({2, 0}), sample({0, 3})}, chain);
    all.wrong("multi_dot", {misuse("one factor", {{2, 3}}, [](const X& x) { return multi_dot(x); }),
                            misuse("extents", {{2, 3}, {2, 3}}, [](const X& x) { return multi_dot(x); }),
                            misuse("a vector in the middle", {{2, 3}, {3}, {3, 2}}, [](const X& x) { return multi_dot(x); }),
                            misuse("a stack", {{2, 2, 2}, {2, 2}}, [](const X& x) { return multi_dot(x); })});
}

} // namespace

std::vector<OperationCases> product_cases() {
    Compositions compositions;
    add_products(compositions);
    add_contractions(compositions);
    std::vector<OperationCases> all;
    std::move(compositions).append_to(all);
    return all;
}

} // namespace xtgrad::suite
