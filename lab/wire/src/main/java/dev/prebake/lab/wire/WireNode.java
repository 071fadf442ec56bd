package dev.prebake.lab.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;

/** A value of a request as its format holds it; the model's field tells what it is to be read as. */
interface WireNode {
    /** The member of a structure, or null when the request lacks it. */
    @Nullable WireNode member(SdkField<?> field);

    /** Refuses a value that can't be a structure; formats without types have none such. */
    default void requireStructure(SdkField<?> field) {}

    List<WireNode> elements(SdkField<?> field, ListTrait list);

    Map<String, WireNode> entries(SdkField<?> field, MapTrait map);

    /** The value of a field that is neither structure, list nor map, in the type that the field's setter takes. */
    Object scalar(SdkField<?> field);
}
