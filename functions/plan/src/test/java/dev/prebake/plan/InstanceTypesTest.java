package dev.prebake.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.kernel.Architecture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InstanceTypesTest {
    @ParameterizedTest
    @DisplayName("Graviton families are arm64")
    @ValueSource(
            strings = {
                "a1.large",
                "t4g.micro",
                "m6g.large",
                "m6gd.metal",
                "m7g.4xlarge",
                "c6gn.large",
                "c7gd.large",
                "c7gn.large",
                "r8g.24xlarge",
                "m8gb.large",
                "x2gd.large",
                "im4gn.large",
                "is4gen.large",
                "i4g.large",
                "i8ge.large",
                "g5g.xlarge",
                "hpc7g.4xlarge",
                "x8g.large"
            })
    void graviton(String type) {
        assertThat(InstanceTypes.isName(type)).isTrue();
        assertThat(InstanceTypes.architectureOf(type)).isEqualTo(Architecture.ARM64);
    }

    @ParameterizedTest
    @DisplayName("all other families are amd64, GPU ones with a g in front too")
    @ValueSource(
            strings = {
                "m7i.4xlarge",
                "m7a.large",
                "m7i-flex.large",
                "c5.large",
                "c6in.large",
                "t3a.nano",
                "g4dn.xlarge",
                "g4ad.xlarge",
                "g5.48xlarge",
                "g6e.xlarge",
                "gr6.4xlarge",
                "p5en.48xlarge",
                "trn1.32xlarge",
                "inf2.xlarge",
                "i7ie.large",
                "u-6tb1.112xlarge",
                "u7i-12tb.224xlarge",
                "x2iedn.large",
                "z1d.large"
            })
    void others(String type) {
        assertThat(InstanceTypes.isName(type)).isTrue();
        assertThat(InstanceTypes.architectureOf(type)).isEqualTo(Architecture.AMD64);
    }

    @ParameterizedTest
    @DisplayName("the default builders are of the architecture that they are for")
    @EnumSource
    void defaults(Architecture architecture) {
        assertThat(InstanceTypes.defaultsFor(architecture))
                .hasSizeGreaterThanOrEqualTo(3)
                .doesNotHaveDuplicates()
                .allMatch(InstanceTypes::isName)
                .allMatch(type -> InstanceTypes.architectureOf(type) == architecture);
    }
}
