package dev.prebake.test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.prebake.kernel.PrebakeException;
import java.util.concurrent.Executors;

/** Imports run one way, and the workflow's contract of names holds. */
@AnalyzeClasses(packages = "dev.prebake", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] STATES = {
        "dev.prebake.plan..",
        "dev.prebake.launch..",
        "dev.prebake.command..",
        "dev.prebake.snapshot..",
        "dev.prebake.fastrestore..",
        "dev.prebake.publish..",
        "dev.prebake.rollout..",
        "dev.prebake.retire..",
        "dev.prebake.cleanup.."
    };

    @ArchTest
    static final ArchRule HANDLERS_KNOW_ONLY_THE_KERNEL = noClasses()
            .that()
            .resideInAnyPackage(STATES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.prebake.lab..", "dev.prebake.cli..", "dev.prebake.catalogue..");

    @ArchTest
    static final ArchRule HANDLERS_DO_NOT_KNOW_EACH_OTHER = slices().matching(
                    "dev.prebake.(plan|launch|command|snapshot|fastrestore|publish|rollout|retire|cleanup)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule THE_REGISTRIES_KNOW_ONLY_THE_KERNEL = noClasses()
            .that()
            .resideInAPackage("dev.prebake.registry..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.prebake.lab..", "dev.prebake.cli..", "dev.prebake.catalogue..")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(STATES);

    @ArchTest
    static final ArchRule THE_KERNEL_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage("dev.prebake.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.prebake.lab..", "dev.prebake.cli..", "dev.prebake.catalogue..")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(STATES);

    @ArchTest
    static final ArchRule ONLY_THE_CLOUD_KNOWS_THE_FUNCTIONS = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.prebake.lab.clock..",
                    "dev.prebake.lab.states..",
                    "dev.prebake.lab.wire..",
                    "dev.prebake.lab.registry..",
                    "dev.prebake.lab.host..",
                    "dev.prebake.lab.node..",
                    "dev.prebake.lab.lambda..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.prebake.kernel..", "dev.prebake.catalogue..", "dev.prebake.lab.cloud..");

    @ArchTest
    static final ArchRule THE_STACKS_KNOW_ONLY_THE_CATALOGUE = noClasses()
            .that()
            .resideInAPackage("dev.prebake.infra..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.prebake.lab..", "dev.prebake.cli..", "dev.prebake.kernel..", "dev.prebake.registry..")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(STATES);

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_STACKS = noClasses()
            .that()
            .resideOutsideOfPackage("dev.prebake.infra..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.prebake.infra..");

    @ArchTest
    static final ArchRule THE_POD_TIMER_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage("dev.prebake.podtime..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("dev.prebake..").and(resideOutsideOfPackage("dev.prebake.podtime..")));

    @ArchTest
    static final ArchRule WHO_OPERATES_KNOWS_WHAT_IS_PLANNED_AND_PUBLISHED_AND_NO_MORE = noClasses()
            .that()
            .resideInAPackage("dev.prebake.operate..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.prebake..")
                    .and(resideOutsideOfPackages(
                            "dev.prebake.operate..",
                            "dev.prebake.kernel..",
                            "dev.prebake.plan..",
                            "dev.prebake.publish..")));

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.prebake.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.prebake.cli..");

    /**
     * The JDK 25 that all of it runs on can lose the wake-up of a virtual thread (JDK-8369227, JDK-8373120), and who waits
     * for it then waits for ever.
     */
    @ArchTest
    static final ArchRule NOTHING_RUNS_ON_VIRTUAL_THREADS = noClasses()
            .should()
            .callMethod(Thread.class, "ofVirtual")
            .orShould()
            .callMethod(Thread.class, "startVirtualThread", Runnable.class)
            .orShould()
            .callMethod(Executors.class, "newVirtualThreadPerTaskExecutor");

    @ArchTest
    static final ArchRule ERRORS_ARE_TOP_LEVEL_CLASSES =
            classes().that().areAssignableTo(PrebakeException.class).should().beTopLevelClasses();
}
