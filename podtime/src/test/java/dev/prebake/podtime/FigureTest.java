package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A figure")
class FigureTest {
    @Test
    @DisplayName("adds and takes away with its bounds, and never falls below nothing")
    void arithmetic() {
        Figure one = Figure.between(3, 4);

        assertThat(one.plus(Figure.between(1, 1.5))).isEqualTo(new Figure(4.0, 5.5, null));
        assertThat(one.minus(Figure.between(1, 1.5))).isEqualTo(new Figure(1.5, 3.0, null));
        assertThat(one.minus(Figure.between(3.5, 3.5))).isEqualTo(new Figure(0.0, 0.5, null));
    }

    @Test
    @DisplayName("is a gap as soon as a part is one, for the first part's reason")
    void gaps() {
        assertThat(Figure.ZERO.plus(Figure.gap("a")).minus(Figure.gap("b")).gap())
                .isEqualTo("a");
    }

    @Test
    @DisplayName("has percentiles by nearest rank, of each bound alone, and leaves gaps out")
    void percentiles() {
        List<Figure> figures = IntStream.rangeClosed(1, 10)
                .mapToObj(i -> i == 4 ? Figure.gap("not seen") : Figure.between(i, i + (i == 2 ? 5 : 1)))
                .toList();

        assertThat(Figure.percentile(figures, 50)).isEqualTo(new Figure(6.0, 7.0, null));
        assertThat(Figure.percentile(figures, 100)).isEqualTo(new Figure(10.0, 11.0, null));
        assertThat(Figure.least(figures)).isEqualTo(new Figure(1.0, 2.0, null));
    }

    @Test
    @DisplayName("has no percentile of gaps")
    void allGaps() {
        assertThat(Figure.percentile(List.of(Figure.gap("a"), Figure.gap("b")), 50)
                        .gap())
                .isEqualTo("none of 2 is known");
        assertThat(Figure.least(List.of()).known()).isFalse();
    }
}
