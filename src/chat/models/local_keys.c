/* local_keys.c: words that stand for others: by which a text is searched for, and the values of options in two
 * languages or spellings. */
#include "chat/models/local_lexicon.h"

/* clang-format off */
/* By what words a text about a subject is likely to be found: few, for a question to the search has a length. */
const struct lexicon_row lexicon_keys[] = {
    { SENSE_RETURN, "return returns refund money back 退货 退款 退换 devoluciones" },
    { SENSE_EXCHANGE, "exchange size replace 换货 退换 调换 cambios" },
    { SENSE_SHIP, "shipping delivery postage parcel 运费 邮费 快递 发货 配送 物流 到货 envío" },
    { SENSE_PAY, "pay payment payments methods cards 支付 付款 分期 pago" },
    { SENSE_INVOICE, "invoice invoices receipt tax 发票 开票 factura" },
    { SENSE_CHANGE, "cancel cancelling change changing order 取消 修改 改地址 订单 cancelar" },
    { SENSE_WARRANTY, "warranty guarantee defects repair repairs 保修 质保 维修 三包 售后 garantía" },
    { SENSE_INSTALL, "install installation assembly assemble fitting 安装 上门 预约 师傅 instalación" },
    { SENSE_GIFT, "gift gifts free 赠品 赠送 礼品 regalo" },
    { SENSE_FAULT, "fault error troubleshooting problems 故障 代码 常见故障 报错" },
    { SENSE_CONTACT, "contact phone email hotline 电话 联系 客服 contacto" },
    { SENSE_STORE,
      "store stores showroom showrooms workshop studio address visit visiting shop street 门店 实体店 体验店 地址 线下 tienda" },
    { SENSE_HOURS, "hours open opening times 营业 时间 门店 horario" },
    { SENSE_SIZE, "size sizes sizing guide fit 尺码 尺寸 码数 偏小 tallas" },
    { SENSE_DISCOUNT,
      "满 送 减 discount discounts sale until free off promotion coupon voucher 优惠 活动 促销 折扣 descuento" },
    { SENSE_OLD, "old recycling recycle trade appliance collection take away 以旧换新 旧机 旧 回收 拉走" },
    { SENSE_PROTECT, "price protection 价格 保护 价保 保价 差价 降价" },
    { SENSE_ABROAD, "international abroad country countries outside customs 海外 国外 国际 internacional" },
    { SENSE_WRAP, "gift wrapping wrap packaging 包装 礼盒 礼品 贺卡" },
    { SENSE_POINTS, "points loyalty rewards member account 积分 会员 puntos" },
    { SENSE_CARE, "care wash washing cleaning use storage 清洗 保养 使用 保质期 保存 冲泡 cuidado" },
    { SENSE_DAMAGE, "damaged broken missing wrong lost 破损 损坏 少件 漏发 拍照 dañado" },
    { SENSE_PRIVACY, "privacy data 隐私 信息 privacidad" },
    { SENSE_USED_FOR, "suitable for age use 适合 适用" },
    { SENSE_GENUINE, "正品 保证 真伪 授权 防伪 假一赔十" },
    { SENSE_BULK, "bulk wholesale corporate business 团购 采购 企业 批发" },
    { 0, NULL }
};

const struct lexicon_pair lexicon_pairs[] = {
    { "black", "黑" }, { "black", "黑色" }, { "white", "白" }, { "white", "白色" }, { "red", "红" }, { "red", "红色" },
    { "blue", "蓝" }, { "blue", "蓝色" }, { "green", "绿" }, { "green", "绿色" }, { "grey", "gray" }, { "grey", "灰" },
    { "grey", "灰色" }, { "gray", "灰" }, { "gray", "灰色" }, { "yellow", "黄" }, { "yellow", "黄色" }, { "pink", "粉" },
    { "pink", "粉色" }, { "pink", "粉红色" }, { "purple", "紫" }, { "purple", "紫色" }, { "brown", "棕" }, { "brown", "棕色" },
    { "orange", "橙" }, { "orange", "橙色" }, { "silver", "银" }, { "silver", "银色" }, { "gold", "金" }, { "gold", "金色" },
    { "beige", "米色" }, { "navy", "藏青" }, { "navy", "藏青色" }, { "navy", "深蓝色" }, { "navy", "navyblue" },
    { "黑", "黑色" }, { "白", "白色" }, { "红", "红色" }, { "蓝", "蓝色" }, { "绿", "绿色" }, { "灰", "灰色" },
    { "黄", "黄色" }, { "紫", "紫色" }, { "棕", "棕色" }, { "银", "银色" }, { "金", "金色" },
    { "large", "大" }, { "large", "大号" }, { "medium", "中" }, { "medium", "中号" }, { "small", "小" }, { "small", "小号" },
    { "large", "l" }, { "medium", "m" }, { "small", "s" }, { "extralarge", "xl" }, { "xs", "extrasmall" },
    { "大", "大号" }, { "中", "中号" }, { "小", "小号" }, { "2xl", "xxl" }, { "3xl", "xxxl" },
    { "leather", "皮革" }, { "leather", "真皮" }, { "cotton", "棉" }, { "cotton", "纯棉" }, { "wood", "实木" },
    { "wood", "wooden" }, { "steel", "钢" }, { "stainlesssteel", "不锈钢" }, { "glass", "玻璃" }, { "plastic", "塑料" },
    { "metal", "金属" }, { "wireless", "无线" }, { "wired", "有线" }, { "wool", "woolen" }, { "wool", "羊毛" },
    { "颜色", "个色" }, { "颜色", "种色" }, { "颜色", "啥色" }, { "颜色", "什么色" }, { "颜色", "哪些色" }, { "颜色", "几色" },
    { "color", "颜色" }, { "colour", "颜色" }, { "color", "colour" }, { "size", "尺寸" }, { "size", "尺码" }, { "size", "大小" },
    { "size", "码数" }, { "尺寸", "大小" }, { "尺码", "码数" }, { "尺码", "大小" }, { "尺寸", "规格" }, { "material", "材质" },
    { "material", "材料" }, { "材质", "材料" }, { "capacity", "容量" }, { "storage", "容量" }, { "storage", "存储" },
    { "storage", "内存" }, { "memory", "ram" }, { "内存", "容量" }, { "内存", "存储" }, { "存储", "容量" }, { "weight", "重量" },
    { "重量", "净含量" }, { "重量", "规格" }, { "规格", "净含量" }, { "flavor", "flavour" }, { "flavor", "口味" }, { "flavour", "口味" },
    { "口味", "味道" }, { "style", "款式" }, { "type", "kind" }, { "type", "类型" }, { "length", "长度" }, { "width", "宽度" },
    { "height", "高度" }, { "style", "model" }, { "版本", "型号" }, { "pack", "packsize" }, { "包装", "packaging" },
    { "range", "howfar" }, { "香型", "味道" }, { "香型", "香味" }, { "香型", "气味" }, { "香味", "味道" }, { "气味", "味道" },
    { "色号", "颜色" }, { "色号", "色" }, { "scent", "fragrance" }, { "scent", "smell" }, { "fragrance", "smell" },
    { "destination", "country" },
    { "scent", "scents" }, { "shade", "color" }, { "shade", "colour" }, { "finish", "color" }, { "finish", "colour" },
    { "套餐", "套装" }, { "尺寸", "规格" }, { "款式", "样式" }, { "款式", "花色" }, { "图案", "花色" },
    { NULL, NULL }
};
/* clang-format on */
