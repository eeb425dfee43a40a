"""Objects of S3, through fsspec's s3fs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Any

from tiercel_engine.expressions.java.regex import matches_whole
from tiercel_engine.tasks.api import TaskContext, TaskFailure, TaskResult, task_type
from tiercel_engine.tasks.core.storage.files import temporary_name
from tiercel_engine.tasks.needs import Needs
from tiercel_engine.tasks.properties import as_text, flag, items, mapping, required_text, text, whole
from tiercel_engine.tasks.working_files import local_file, store_file

_PLACE = "io.kestra.plugin.aws.s3."
_MOST_FILES = 25
_ATTRIBUTES = {
    "cacheControl": "CacheControl", "contentType": "ContentType", "contentEncoding": "ContentEncoding",
    "contentDisposition": "ContentDisposition", "contentLanguage": "ContentLanguage", "acl": "ACL",
    "storageClass": "StorageClass", "serverSideEncryption": "ServerSideEncryption",
    "checksumAlgorithm": "ChecksumAlgorithm",
}  # fmt: skip
S3 = Needs("tiercel[s3]", ("s3fs",))


@asynccontextmanager
async def _opened(context: TaskContext) -> AsyncIterator[Any]:
    """The client of a task's credentials; raises `TaskFailure` for what the server refuses."""
    import s3fs
    from botocore.exceptions import BotoCoreError, ClientError

    region = await text(context, "region")
    endpoint = await text(context, "endpointOverride")
    by_path = await flag(context, "forcePathStyle", default=endpoint is not None)
    system = s3fs.S3FileSystem(
        key=await text(context, "accessKeyId"),
        secret=await text(context, "secretKeyId"),
        token=await text(context, "sessionToken"),
        endpoint_url=endpoint,
        client_kwargs={"region_name": region} if region else {},
        config_kwargs={"s3": {"addressing_style": "path" if by_path else "auto"}},
        asynchronous=True,
        skip_instance_cache=True,
    )
    try:
        session = await system.set_session()
    except (BotoCoreError, ValueError) as error:
        raise TaskFailure(str(error)) from error
    try:
        yield session
    except (ClientError, BotoCoreError) as error:
        raise TaskFailure(str(error)) from error
    finally:
        await session.close()


@task_type(_PLACE + "CreateBucket", needs=S3)
class CreateBucket:
    """Makes a bucket."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `bucket` and `region`; raises `TaskFailure`."""
        bucket, region = await required_text(context, "bucket"), await text(context, "region")
        place = {"LocationConstraint": region} if region not in {None, "us-east-1"} else None
        async with _opened(context) as client:
            await client.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
        return TaskResult({"bucket": bucket, "region": region})


@task_type(_PLACE + "Upload", needs=S3)
class Upload:
    """Puts one stored file, or several, into a bucket."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `bucket`, `key`, `eTag`, `versionId`, `files` for several; raises `TaskFailure`."""
        bucket, key = await required_text(context, "bucket"), await required_text(context, "key")
        named = await self._named(context)
        more = {
            name: value for option, name in _ATTRIBUTES.items() if (value := await text(context, option)) is not None
        }
        metadata = {name: as_text(value) for name, value in (await mapping(context, "metadata")).items()}
        tags = await mapping(context, "tagging")
        if tags:
            from urllib.parse import urlencode

            more["Tagging"] = urlencode({name: as_text(value) for name, value in tags.items()})
        answer: Mapping[str, Any] = {}
        async with _opened(context) as client:
            for name, uri in named.items():
                file = local_file(context, uri)
                target = key if name is None else str(PurePosixPath(key) / name)
                with file.open("rb") as content:
                    answer = await client.put_object(Bucket=bucket, Key=target, Body=content, Metadata=metadata, **more)
                context.metric("counter", "file.size", float(file.stat().st_size))
        context.metric("counter", "file.count", float(len(named)))
        outputs = {"bucket": bucket, "key": key, "eTag": answer.get("ETag"), "versionId": answer.get("VersionId")}
        several = {name: {"uri": uri} for name, uri in named.items() if name is not None}
        return TaskResult({**outputs, **({"files": several} if several else {})})

    async def _named(self, context: TaskContext) -> dict[str | None, str]:
        written = context.properties.get("from")
        if isinstance(written, str):
            rendered = (await context.render(written)).strip()
            if not rendered.startswith(("[", "{")):
                return {None: rendered}
            listed = await items(context, "from") if rendered.startswith("[") else await mapping(context, "from")
        else:
            listed = await context.render_value(written)
        if isinstance(listed, Mapping):
            return {str(name): as_text(uri) for name, uri in listed.items()}
        return {as_text(uri).rpartition("/")[2]: as_text(uri) for uri in listed or []}


@task_type(_PLACE + "Download", needs=S3)
class Download:
    """Takes one object, or those with a prefix, into storage."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `uri`, `contentLength`, `contentType`, `eTag`, `versionId`, `metadata`, or `files`."""
        bucket, key = await required_text(context, "bucket"), await text(context, "key")
        async with _opened(context) as client:
            if key is None:
                chosen = await _listed(context, client)
                files = {each["key"]: await _taken(context, client, bucket, each["key"]) for each in chosen}
                return TaskResult({"files": files})
            return TaskResult(await _taken(context, client, bucket, key, await text(context, "versionId")))


async def _taken(
    context: TaskContext, client: Any, bucket: str, key: str, version: str | None = None
) -> dict[str, Any]:
    import tempfile
    from pathlib import Path

    answer = await client.get_object(Bucket=bucket, Key=key, **({"VersionId": version} if version else {}))
    with tempfile.TemporaryDirectory(prefix="tiercel-") as folder:
        file = Path(folder) / "object"
        with file.open("wb") as sink:
            async for block in answer["Body"].iter_chunks(1 << 16):
                sink.write(block)
        uri = await store_file(context, file, temporary_name(PurePosixPath(key).suffix or ".tmp"))
    context.metric("counter", "file.size", float(answer["ContentLength"]))
    return {
        "uri": uri,
        "contentLength": answer["ContentLength"],
        "contentType": answer.get("ContentType"),
        "eTag": answer.get("ETag"),
        "versionId": answer.get("VersionId"),
        "metadata": answer.get("Metadata") or {},
    }


@task_type(_PLACE + "List", needs=S3)
class List:
    """Lists the objects of a bucket."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Output `objects`; raises `TaskFailure`."""
        async with _opened(context) as client:
            objects = await _listed(context, client)
        context.metric("counter", "s3.objects.count", float(len(objects)))
        return TaskResult({"objects": objects})


async def _listed(context: TaskContext, client: Any) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"Bucket": await required_text(context, "bucket")}
    for option, name in (("prefix", "Prefix"), ("delimiter", "Delimiter"), ("marker", "Marker")):
        value = await text(context, option)
        asked |= {name: value} if value is not None else {}
    keys = await whole(context, "maxKeys")
    answer = await client.list_objects(**asked, MaxKeys=1000 if keys is None else keys)
    pattern, kind = await text(context, "regexp"), (await text(context, "filter", "BOTH") or "BOTH").upper()
    found = []
    for each in answer.get("Contents", ()):
        is_folder = each["Key"].endswith("/")
        if (pattern is not None and not matches_whole(pattern, each["Key"])) or kind == ("FILES", "DIRECTORY")[
            not is_folder
        ]:
            continue
        found.append(
            {
                "bucket": asked["Bucket"],
                "key": each["Key"],
                "uri": f"s3://{asked['Bucket']}/{each['Key']}",
                "etag": each.get("ETag"),
                "size": each["Size"],
                "lastModified": each["LastModified"].isoformat().replace("+00:00", "Z"),
            }
        )
    most = await whole(context, "maxFiles")
    most = _MOST_FILES if most is None else most
    if context.task.type.endswith("DeleteList"):
        return found
    if len(found) > most:
        context.log("WARN", f"Too many files to process ({len(found)}), limiting to {most}")
    return found[:most]


@task_type(_PLACE + "Delete", needs=S3)
class Delete:
    """Deletes an object."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `versionId`, `deleteMarker`, `requestCharged`; raises `TaskFailure`."""
        bucket, key = await required_text(context, "bucket"), await required_text(context, "key")
        async with _opened(context) as client:
            answer = await client.delete_object(Bucket=bucket, Key=key)
        return TaskResult(
            {
                "versionId": answer.get("VersionId"),
                "deleteMarker": answer.get("DeleteMarker"),
                "requestCharged": answer.get("RequestCharged"),
            }
        )


@task_type(_PLACE + "DeleteList", needs=S3)
class DeleteList:
    """Deletes the objects that a listing finds."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `count` and `size`; raises `TaskFailure` for none with `errorOnEmpty`."""
        bucket = await required_text(context, "bucket")
        async with _opened(context) as client:
            objects = await _listed(context, client)
            for each in objects:
                await client.delete_object(Bucket=bucket, Key=each["key"])
        if not objects and await flag(context, "errorOnEmpty", default=False):
            raise TaskFailure("No objects to delete")
        size = sum(each["size"] for each in objects)
        context.metric("counter", "s3.objects.deleted.count", float(len(objects)))
        context.metric("counter", "s3.objects.deleted.size", float(size))
        return TaskResult({"count": len(objects), "size": size})


@task_type(_PLACE + "Copy", needs=S3)
class Copy:
    """Copies an object, or moves it with `delete`."""

    async def run(self, context: TaskContext) -> TaskResult:
        """Outputs `bucket`, `key`, `eTag`, `versionId`; raises `TaskFailure`."""
        source, target = await mapping(context, "from"), await mapping(context, "to")
        start = {"Bucket": as_text(source["bucket"]), "Key": as_text(source["key"])}
        if source.get("versionId"):
            start["VersionId"] = as_text(source["versionId"])
        end = {
            "Bucket": as_text(target.get("bucket") or start["Bucket"]),
            "Key": as_text(target.get("key") or start["Key"]),
        }
        async with _opened(context) as client:
            answer = await client.copy_object(CopySource=start, **end)
            if await flag(context, "delete", default=False):
                await client.delete_object(Bucket=start["Bucket"], Key=start["Key"])
        made = answer.get("CopyObjectResult", {})
        return TaskResult(
            {"bucket": end["Bucket"], "key": end["Key"], "eTag": made.get("ETag"), "versionId": answer.get("VersionId")}
        )
