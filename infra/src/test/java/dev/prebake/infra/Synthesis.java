package dev.prebake.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prebake.catalogue.Artifacts;
import dev.prebake.catalogue.FunctionCatalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;

/** One synthesis of the stack, over zips that hold next to nothing: what is in the real ones is other tests' matter. */
public final class Synthesis {
    private final ImageCacheStack stack;
    private @Nullable Template template;

    private Synthesis(ImageCacheStack stack) {
        this.stack = stack;
    }

    public static Synthesis of(Path folder, Map<String, Object> properties) {
        return new Synthesis(new ImageCacheStack(app(folder), "Cache", ImageCacheProps.of(properties), zips(folder)));
    }

    /**
     * The resources of both stacks, as the app makes them from a context of {@code cdk.json}, by logical ID.
     *
     * @throws InvalidPropertiesException when it may not stand there
     */
    public static Map<String, JsonNode> ofContext(Path folder, Map<String, Map<String, Object>> context) {
        App app = app(folder);
        ImageCacheProps cache = ImageCacheProps.of(context.get(ImageCacheProps.CONTEXT));
        GpuClusterProps cluster = GpuClusterProps.of(context.get(GpuClusterProps.CONTEXT));
        Map<String, JsonNode> resources = new TreeMap<>();
        for (Stack stack : List.of(
                new ImageCacheStack(app, "Cache", cache, zips(folder)),
                new GpuClusterStack(app, "Cluster", cluster, cache))) {
            new ObjectMapper()
                    .<JsonNode>valueToTree(Template.fromStack(stack).toJSON())
                    .path("Resources")
                    .properties()
                    .forEach(resource -> resources.put(resource.getKey(), resource.getValue()));
        }
        return resources;
    }

    private static App app(Path folder) {
        return new App(
                AppProps.builder().outdir(folder.resolve("cdk.out").toString()).build());
    }

    private static Artifacts zips(Path folder) {
        FunctionCatalogue.load().functions().forEach(function -> {
            Path target = folder.resolve("functions")
                    .resolve(function.artifact().replaceFirst("prebake-", ""))
                    .resolve("target");
            try {
                Files.createDirectories(target);
                try (var zip =
                        new ZipOutputStream(Files.newOutputStream(target.resolve(function.artifact() + "-1.zip")))) {
                    zip.putNextEntry(new ZipEntry(function.artifact()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new Artifacts(folder);
    }

    ImageCacheStack stack() {
        return stack;
    }

    Template template() {
        Template made = template;
        if (made == null) {
            made = Template.fromStack(stack);
            template = made;
        }
        return made;
    }

    /** The text of an output, with what CloudFormation fills in left out. */
    String output(String name) {
        JsonNode value =
                new ObjectMapper().<JsonNode>valueToTree(template().toJSON()).at("/Outputs/" + name + "/Value");
        return value.path("Fn::Join")
                .path(1)
                .valueStream()
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .collect(Collectors.joining());
    }

    /** All resources of the template, by logical ID. */
    public JsonNode resources() {
        return new ObjectMapper().<JsonNode>valueToTree(template().toJSON()).path("Resources");
    }

    /** The properties of the resource of a type whose logical ID begins like this. */
    JsonNode resource(String type, String prefix) {
        return resources()
                .propertyStream()
                .filter(entry -> entry.getValue().path("Type").asText().equals(type)
                        && entry.getKey().startsWith("ImageCache" + prefix))
                .map(entry -> entry.getValue().path("Properties"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("The template has no " + type + " " + prefix + "."));
    }
}
