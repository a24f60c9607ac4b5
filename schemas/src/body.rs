//! How HTTP bodies and pages are defined, once for the API and for the services behind it.

/// Defines a body: JSON by serde, documented by poem-openapi where the feature is on.
macro_rules! body {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident : $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    };
}

macro_rules! page {
    ($(#[$meta:meta])* $name:ident of $item:ty) => {
        body! {
            $(#[$meta])*
            pub struct $name {
                /// The elements of this page, in the list's order.
                pub items: Vec<$item>,
                /// Elements of the whole list.
                pub total: u64,
                /// Number of this page, from 1.
                pub page: u32,
                /// Elements asked for a page, 1 to 100.
                pub size: u32,
            }
        }
    };
}
