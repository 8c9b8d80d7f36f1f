/** The engine's file. As an asset (`wellmet/core.wasm?url` and the like) a bundler gives its address. */
declare const address: string;
export default address;
